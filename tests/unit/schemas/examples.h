#pragma once
// The examples that stand beside the schemas.

#include "schemas/envelope.h"
#include "tests/support/temp_dir.h"

#include <boost/json.hpp>

#include <string>

namespace lumos::schemas {

inline std::string example(const std::string& what) {
    return support::read_file(std::string(LUMOS_SOURCE_DIR) + "/schemas/" + what + ".example.json");
}

// Without the white space that makes it readable; the order of the fields stays.
inline std::string compact(const std::string& text) {
    return json_text(boost::json::parse(text));
}

}  // namespace lumos::schemas
