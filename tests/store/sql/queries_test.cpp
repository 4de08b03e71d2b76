// Each query that is embedded in the programs fits the schema that the migrations make.
#include "sql/transaction.h"
#include "tests/support/postgres_server.h"

#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <memory>

namespace lumos::sql {
namespace {

TEST(Queries, CanEachBePreparedOnAMigratedDatabase) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> session(
        PQconnectdb(support::fresh_database().c_str()), &PQfinish);
    ASSERT_EQ(PQstatus(session.get()), CONNECTION_OK);
    for (std::size_t i = 0; i < queries::kAllCount; ++i) {
        const Query& query = *queries::kAll[i];
        const std::unique_ptr<PGresult, decltype(&PQclear)> prepared(
            PQprepare(session.get(), query.name, query.text, 0, nullptr), &PQclear);
        EXPECT_EQ(PQresultStatus(prepared.get()), PGRES_COMMAND_OK)
            << query.name << ": " << PQerrorMessage(session.get());
    }
    EXPECT_GT(queries::kAllCount, 5U);
}

}  // namespace
}  // namespace lumos::sql
