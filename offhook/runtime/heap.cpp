#include "offhook/runtime/heap.hpp"

#include <malloc.h>

#include <memory>
#include <vector>

namespace offhook::runtime {

void keep_freed_memory() { mallopt(M_TRIM_THRESHOLD, 64 << 20); }

void reserve_heap(std::size_t octets) {
    constexpr std::size_t piece = std::size_t{100} * 1024;  // below M_MMAP_THRESHOLD: from the heap itself
    std::vector<std::unique_ptr<char[]>> pieces;
    pieces.reserve(octets / piece + 1);
    for (std::size_t taken = 0; taken < octets; taken += piece) pieces.push_back(std::make_unique_for_overwrite<char[]>(piece));
}

}  // namespace offhook::runtime
