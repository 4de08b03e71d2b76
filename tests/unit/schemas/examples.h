#pragma once
// The examples that stand beside the schemas.

#include "schemas/envelope.h"
#include "tests/support/temp_dir.h"

#include <boost/json.hpp>

#include <functional>
#include <string>

namespace lumos::schemas {

inline std::string example(const std::string& what) {
    return support::read_file(std::string(LUMOS_SOURCE_DIR) + "/schemas/" + what + ".example.json");
}

// Without the white space that makes it readable; the order of the fields stays.
inline std::string compact(const std::string& text) {
    return json_text(boost::json::parse(text));
}

inline Envelope envelope_of(const std::string& body) {
    boost::json::value ignored;
    return open(body, ignored);
}

// An example whose `data` was changed.
inline std::string edited(
    const std::string& what, const std::function<void(boost::json::object&)>& edit) {
    auto message = boost::json::parse(example(what)).get_object();
    edit(message["data"].get_object());
    return boost::json::serialize(message);
}

// What a reader says against a text.
template <typename Read>
std::string refusal_of(Read read, const std::string& body) {
    try {
        (void)read(body);
    } catch (const InvalidMessage& e) {
        return e.what();
    }
    return "accepted";
}

}  // namespace lumos::schemas
