#pragma once
// Cloudflare's World: the simulator in process.

#include "tests/cloudflare/simulator.h"
#include "tests/contract/dns/world.h"
#include "workers/shared/http/client.h"

#include <memory>
#include <string>

namespace lumos::contract {

inline constexpr const char* kEditToken = "cfut_edit00000000000000000000000000000000000000";
inline constexpr const char* kReadToken = "cfut_read00000000000000000000000000000000000000";
inline constexpr const char* kUnknownToken = "cfut_none00000000000000000000000000000000000000";

class CloudflareWorld final : public World {
public:
    explicit CloudflareWorld(const simulator::Options& options = usual());

    [[nodiscard]] dns::Provider& provider() override { return *provider_; }
    [[nodiscard]] dns::Provider& reader() override { return *reader_; }
    [[nodiscard]] dns::Provider& stranger() override { return *stranger_; }
    [[nodiscard]] std::string zone_id() const override { return zone_id_; }
    std::string put(const boost::json::object& record) override;
    void edit(const boost::json::object& record) override;
    [[nodiscard]] std::string content(
        const std::string& name, const std::string& type) const override;
    [[nodiscard]] boost::json::value field(
        const std::string& name, const std::string& type, const std::string& key) const override;
    [[nodiscard]] std::size_t records() const override;
    [[nodiscard]] std::int64_t calls() const override;
    [[nodiscard]] std::int64_t writes() const override;
    void trouble(Trouble trouble) override;
    void trouble_reading(Trouble trouble) override;
    void stop() override { simulator_.stop(); }

    [[nodiscard]] simulator::Simulator& simulator() { return simulator_; }
    // The provider with another token.
    [[nodiscard]] std::unique_ptr<dns::Provider> provider_with(const std::string& token);

    [[nodiscard]] static simulator::Options usual();

private:
    mutable simulator::Simulator simulator_;
    http::CurlClient client_;
    std::unique_ptr<dns::Provider> provider_;
    std::unique_ptr<dns::Provider> reader_;
    std::unique_ptr<dns::Provider> stranger_;
    std::string zone_id_;
};

}  // namespace lumos::contract
