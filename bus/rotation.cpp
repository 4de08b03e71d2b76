#include "bus/rotation.h"

#include "bus/error.h"
#include "bus/identity.h"
#include "bus/private_files.h"

namespace lumos::bus {

namespace {

std::string path_of(const std::string& directory, std::string_view kind) {
    return directory + "/creds/" + std::string(kind_named(kind).name) + ".creds";
}

}  // namespace

std::string key_of_process(const std::string& directory, std::string_view kind) {
    const auto path = path_of(directory, kind);
    const auto key = key_in_credentials(read_private(path));
    if (!key) {
        throw BusRefused(path + " is no credentials file of lumosctl bus init");
    }
    return *key;
}

Rotated rotate_process(const std::string& directory, std::string_view kind, Time now) {
    const auto path = path_of(directory, kind);
    const auto previous = key_of_process(directory, kind);
    const auto signer = read_signing_key(directory + "/offline/processes.key");
    replace({path, mint_process(kind_named(kind), signer, now).text});
    return {path, previous};
}

}  // namespace lumos::bus
