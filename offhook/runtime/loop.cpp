#include "offhook/runtime/loop.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <chrono>

#include "offhook/runtime/loop_parts.hpp"

namespace offhook::runtime {

namespace {

struct Waited {
    using allocator_type = OperationAllocator<void>;
    Loop::Parts* parts;
    OperationMemory* memory;
    Handle watch;
    bool write;

    [[nodiscard]] allocator_type get_allocator() const { return allocator_type(*memory); }
    // An error is reported as readiness too: the next read or write tells what it is.
    void operator()(const boost::system::error_code&) const { parts->finished(watch, write); }
};

}  // namespace

Loop::Parts::~Parts() {
    watches.for_each([this](Handle h, Watch&) { close(h); });
    boost::system::error_code ignored;
    io.poll(ignored);  // the cancelled waits give their memory back
}

void Loop::Parts::arm(Handle handle, bool write) {
    Watch* w = watches.find(handle);
    if (w == nullptr || w->closed) return;
    bool& armed = write ? w->writing : w->reading;
    if (armed) return;
    armed = true;
    const auto direction = write ? WaitableDescriptor::wait_write : WaitableDescriptor::wait_read;
    w->descriptor->async_wait(direction, Waited{this, write ? &w->write_memory : &w->read_memory, handle, write});
}

void Loop::Parts::finished(Handle handle, bool write) {
    Watch* w = watches.find(handle);
    if (w == nullptr) return;
    (write ? w->writing : w->reading) = false;
    if (!w->closed)
        ready.push_back({w->cookie, write});
    else if (!w->reading && !w->writing)
        watches.erase(handle);
}

void Loop::Parts::close(Handle handle) {
    Watch* w = watches.find(handle);
    if (w == nullptr || w->closed) return;
    w->closed = true;
    if (w->ownership == Ownership::lent) static_cast<void>(w->descriptor->release());
    w->descriptor.reset();
    if (!w->reading && !w->writing) watches.erase(handle);  // else when the cancelled wait has come back
}

Loop::Loop() : parts_(std::make_unique<Parts>()) {}
Loop::~Loop() = default;

Handle Loop::watch(int descriptor, Cookie cookie, Ownership ownership) {
    const Handle handle = parts_->watches.emplace();
    Parts::Watch& w = *parts_->watches.find(handle);
    w.cookie = cookie;
    w.ownership = ownership;
    w.descriptor.emplace(parts_->io, descriptor);
    return handle;
}

void Loop::want_read(Handle watch) { parts_->arm(watch, false); }
void Loop::want_write(Handle watch) { parts_->arm(watch, true); }
void Loop::close(Handle watch) { parts_->close(watch); }

std::span<const Loop::Ready> Loop::wait(std::optional<Instant> until) {
    parts_->ready.clear();
    boost::asio::io_context& io = parts_->io;
    if (!until)
        io.run_one();
    else if (*until != Instant{})
        io.run_one_until(std::chrono::steady_clock::time_point(until->time_since_epoch()));
    io.poll();  // everything else that is ready belongs to the same turn
    return parts_->ready;
}

}  // namespace offhook::runtime
