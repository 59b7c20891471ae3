// How the process takes memory from the system. glibc grows the heap of a thread page by page, each with a system call, and gives the
// top of it back soon: under a rising load that is a call for each call.
#pragma once
#include <cstddef>

namespace offhook::runtime {

/// First thing in main(): what was freed at the top of a heap is kept, up to 64 MiB for each.
void keep_freed_memory();

/// On a thread of its own, before its work: so many octets of its heap are writable from now on, without being resident.
void reserve_heap(std::size_t octets);

}  // namespace offhook::runtime
