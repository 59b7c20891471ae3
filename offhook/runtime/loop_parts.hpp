// The inside of Loop. Only the few sources that use Asio include this.
#pragma once
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstddef>
#include <optional>
#include <vector>

#include "offhook/base/slab.hpp"
#include "offhook/runtime/loop.hpp"

namespace offhook::runtime {

/// Room for the one operation that may wait in each direction, so that arming allocates nothing.
struct OperationMemory {
    alignas(std::max_align_t) std::array<std::byte, 256> bytes;
    bool used = false;
};

template <class T>
struct OperationAllocator {
    using value_type = T;
    explicit OperationAllocator(OperationMemory& m) : memory(&m) {}
    template <class U>
    explicit OperationAllocator(const OperationAllocator<U>& other) : memory(other.memory) {}

    T* allocate(std::size_t n) {
        if (!memory->used && n * sizeof(T) <= memory->bytes.size()) {
            memory->used = true;
            return reinterpret_cast<T*>(memory->bytes.data());
        }
        return std::allocator<T>().allocate(n);
    }
    void deallocate(T* p, std::size_t n) {
        if (static_cast<void*>(p) == memory->bytes.data())
            memory->used = false;
        else
            std::allocator<T>().deallocate(p, n);
    }
    template <class U>
    friend bool operator==(const OperationAllocator& a, const OperationAllocator<U>& b) {
        return a.memory == b.memory;
    }
    OperationMemory* memory;
};

struct Loop::Parts {
    using Executor = boost::asio::io_context::executor_type;
    using WaitableDescriptor = boost::asio::posix::basic_stream_descriptor<Executor>;

    struct Watch {
        std::optional<WaitableDescriptor> descriptor;
        Cookie cookie;
        Ownership ownership = Ownership::taken;
        bool reading = false, writing = false, closed = false;
        OperationMemory read_memory, write_memory;
    };

    ~Parts();
    void arm(Handle watch, bool write);
    void finished(Handle watch, bool write);
    void close(Handle watch);

    // Operations live in the watches' memory, so io must go first; ~Parts has closed every descriptor before that.
    Slab<Watch> watches;
    boost::asio::io_context io{1};
    boost::asio::executor_work_guard<Executor> work{io.get_executor()};
    std::vector<Ready> ready;
};

}  // namespace offhook::runtime
