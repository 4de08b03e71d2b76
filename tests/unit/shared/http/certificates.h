#pragma once
// A certificate authority of the test's own, made by the openssl program in a temporary folder.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

namespace lumos::http {

class Certificates {
public:
    Certificates() {
        std::string pattern =
            (std::filesystem::temp_directory_path() / "certificates-XXXXXX").string();
        folder_ = mkdtemp(pattern.data());
        run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout ca.key -out "
            "ca.pem -days 2 -subj /CN=test-ca");
        run("req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout server.key -out "
            "server.csr -subj /CN=localhost");
        std::ofstream(folder_ / "names") << "subjectAltName=DNS:localhost";
        run("x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile "
            "names -out server.pem");
    }
    ~Certificates() { std::filesystem::remove_all(folder_); }
    Certificates(const Certificates&) = delete;
    Certificates& operator=(const Certificates&) = delete;

    [[nodiscard]] std::string authority() const { return (folder_ / "ca.pem").string(); }
    [[nodiscard]] std::string certificate() const { return (folder_ / "server.pem").string(); }
    [[nodiscard]] std::string key() const { return (folder_ / "server.key").string(); }

private:
    void run(const std::string& arguments) const {
        const auto command = "cd " + folder_.string() + " && openssl " + arguments + " >log 2>&1";
        if (std::system(command.c_str()) != 0) {
            throw std::runtime_error("openssl " + arguments);
        }
    }

    std::filesystem::path folder_;
};

}  // namespace lumos::http
