#pragma once
// Threads for connections: made when they are needed, at most `threads_max`; when all are busy and
// the queue is full, the caller waits, and with it the accepting of further connections.
// Thread-safe.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace lumos::http {

class WorkerPool {
public:
    explicit WorkerPool(std::size_t threads_max) : threads_max_(threads_max) {}
    ~WorkerPool() { shutdown(); }
    WorkerPool(const WorkerPool&) = delete;
    WorkerPool& operator=(const WorkerPool&) = delete;

    void enqueue(std::function<void()> job);
    // Runs what is queued, then ends the threads.
    void shutdown();

private:
    void work();

    const std::size_t threads_max_;
    std::mutex mutex_;
    std::condition_variable came_;
    std::condition_variable went_;
    std::deque<std::function<void()>> jobs_;  // All below under mutex_.
    std::size_t idle_ = 0;
    bool ending_ = false;
    std::vector<std::jthread> threads_;
};

}  // namespace lumos::http
