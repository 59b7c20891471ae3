// Counts every operator new of a program: for tests and benchmarks of paths that must take nothing from the heap.
//
// Replaces the global allocation functions, so exactly one source file of a program includes this. Sanitizers replace them too:
// leave such a program out where one is on. Thread rule: a program of one thread.
#pragma once
#include <cstdint>
#include <cstdlib>
#include <new>

namespace offhook::test {

inline std::uint64_t allocation_count = 0;

/// Since the program began.
[[nodiscard]] inline std::uint64_t allocations() { return allocation_count; }

inline void* counted(void* memory) {
    ++allocation_count;
    if (memory == nullptr) throw std::bad_alloc();
    return memory;
}

}  // namespace offhook::test

// Not inlined: where only one of a pair is, GCC takes it for a mismatch.
[[gnu::noinline]] void* operator new(std::size_t size) { return offhook::test::counted(std::malloc(size)); }
[[gnu::noinline]] void* operator new[](std::size_t size) { return offhook::test::counted(std::malloc(size)); }
[[gnu::noinline]] void* operator new(std::size_t size, std::align_val_t alignment) {
    const auto to = static_cast<std::size_t>(alignment);
    return offhook::test::counted(std::aligned_alloc(to, (size + to - 1) / to * to));
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::align_val_t) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { std::free(memory); }
