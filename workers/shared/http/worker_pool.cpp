#include "workers/shared/http/worker_pool.h"

#include <utility>

namespace lumos::http {
namespace {

constexpr std::size_t kQueueMax = 64;

}  // namespace

void WorkerPool::enqueue(std::function<void()> job) {
    std::unique_lock lock(mutex_);
    went_.wait(lock, [this] { return jobs_.size() < kQueueMax || ending_; });
    if (idle_ <= jobs_.size() && threads_.size() < threads_max_) {
        threads_.emplace_back([this] { work(); });
    }
    jobs_.push_back(std::move(job));
    came_.notify_one();
}

void WorkerPool::shutdown() {
    std::vector<std::jthread> threads;
    {
        const std::lock_guard lock(mutex_);
        ending_ = true;
        came_.notify_all();
        went_.notify_all();
        threads.swap(threads_);
    }
}

void WorkerPool::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        ++idle_;
        came_.wait(lock, [this] { return !jobs_.empty() || ending_; });
        --idle_;
        if (jobs_.empty()) {
            return;
        }
        const auto job = std::move(jobs_.front());
        jobs_.pop_front();
        went_.notify_one();
        lock.unlock();
        job();
        lock.lock();
    }
}

}  // namespace lumos::http
