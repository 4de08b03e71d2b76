#include "workers/shared/runtime/environment.h"

#include "workers/shared/runtime/errors.h"

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace lumos::runtime {

std::optional<std::string> environment(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    return value == nullptr || *value == '\0' ? std::nullopt : std::optional<std::string>(value);
}

Secret secret_from_environment(const std::string& name) {
    if (auto value = environment(name)) {
        return Secret(std::move(*value));
    }
    const auto path = environment(name + "_FILE");
    if (!path) {
        return Secret();
    }
    std::ifstream file(*path);
    std::ostringstream text;
    text << file.rdbuf();
    if (!file) {
        throw UsageError(name + "_FILE: " + *path + " cannot be read");
    }
    std::string secret = text.str();
    while (!secret.empty() && (secret.back() == '\n' || secret.back() == '\r')) {
        secret.pop_back();
    }
    return Secret(std::move(secret));
}

}  // namespace lumos::runtime
