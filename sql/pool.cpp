#include "sql/error.h"
#include "sql/session.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

namespace lumos::sql {
namespace {

constexpr std::chrono::seconds kLeaseWaitMax{5};

}  // namespace

class Pool::Impl {
public:
    Impl(std::string url, std::string application_name, std::size_t sessions_max)
        : url_(std::move(url)),
          application_name_(std::move(application_name)),
          sessions_max_(sessions_max) {}

    std::unique_ptr<Connection> take() {
        std::unique_lock lock(mutex_);
        if (!returned_.wait_for(lock, kLeaseWaitMax, [&] { return leased_ < sessions_max_; })) {
            throw Busy("all " + std::to_string(sessions_max_) + " database sessions are in use");
        }
        ++leased_;
        while (!idle_.empty()) {
            auto connection = std::move(idle_.back());
            idle_.pop_back();
            if (!connection->is_lost() && !connection->impl().was_closed()) {
                return connection;
            }
            current_.erase(connection.get());
        }
        const std::string url = url_;
        lock.unlock();  // Connecting may take seconds.
        try {
            auto connection = std::make_unique<Connection>(url, application_name_);
            lock.lock();
            if (url == url_) {
                current_.insert(connection.get());
            }
            return connection;
        } catch (const std::exception&) {
            give_back(nullptr);
            throw;
        }
    }

    void give_back(std::unique_ptr<Connection> connection) {
        {
            const std::lock_guard lock(mutex_);
            --leased_;
            if (connection && !connection->is_lost() && current_.contains(connection.get())) {
                idle_.push_back(std::move(connection));
            } else {
                current_.erase(connection.get());
            }
        }
        returned_.notify_one();
    }

    void set_url(std::string url) {
        const std::lock_guard lock(mutex_);
        if (url != url_) {
            url_ = std::move(url);
            idle_.clear();
            current_.clear();
        }
    }

private:
    std::mutex mutex_;
    std::condition_variable returned_;
    std::string url_;
    std::string application_name_;
    std::size_t sessions_max_;
    std::size_t leased_ = 0;
    std::vector<std::unique_ptr<Connection>> idle_;
    std::set<const Connection*> current_;  // Made with the present URL; the others are not kept.
};

Pool::Pool(std::string url, std::string application_name, std::size_t sessions_max)
    : impl_(std::make_unique<Impl>(std::move(url), std::move(application_name), sessions_max)) {}
Pool::~Pool() = default;

Pool::Lease Pool::lease() {
    return {*this, impl_->take()};
}

void Pool::set_url(std::string url) {
    impl_->set_url(std::move(url));
}

Pool::Lease::Lease(Pool& pool, std::unique_ptr<Connection> connection)
    : pool_(&pool),
      connection_(std::move(connection)) {}

Pool::Lease::Lease(Lease&& other) noexcept
    : pool_(std::exchange(other.pool_, nullptr)),
      connection_(std::move(other.connection_)) {}

Pool::Lease::~Lease() {
    if (pool_ != nullptr) {
        pool_->impl_->give_back(std::move(connection_));
    }
}

}  // namespace lumos::sql
