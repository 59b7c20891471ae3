// A slab: objects of one type at addresses that never move, found again by a handle whose generation tells a slot that was
// freed and reused from the one that was meant. Freed slots are reused, so a warm slab allocates nothing.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>
#include <vector>

namespace offhook {

/// Names a slot of a slab for as long as its object lives. The default value names none.
struct Handle {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;  ///< never 0 for a living object
    [[nodiscard]] explicit operator bool() const { return generation != 0; }
    friend bool operator==(const Handle&, const Handle&) = default;
};

/// Thread rule: one thread.
template <class T>
class Slab {
public:
    Slab() = default;
    Slab(const Slab&) = delete;
    Slab& operator=(const Slab&) = delete;
    ~Slab() {
        for (std::uint32_t slot = 0; slot < slots_; ++slot)
            if (Cell& c = cell(slot); c.generation & 1) std::destroy_at(c.object());
    }

    template <class... Arguments>
    Handle emplace(Arguments&&... arguments) {
        if (free_ == none) grow();
        const std::uint32_t slot = free_;
        Cell& c = cell(slot);
        const std::uint32_t next = c.next_free;
        ::new (static_cast<void*>(c.bytes)) T(std::forward<Arguments>(arguments)...);
        free_ = next;
        c.next_free = slot;
        ++c.generation;  // odd while it lives
        ++size_;
        return {slot, c.generation};
    }

    /// The object, or null if it is gone.
    [[nodiscard]] T* find(Handle h) {
        if (h.generation == 0 || h.slot >= slots_) return nullptr;
        Cell& c = cell(h.slot);
        return c.generation == h.generation ? c.object() : nullptr;
    }

    /// The handle of an object that lives in this slab: what it would otherwise have to carry along.
    [[nodiscard]] static Handle handle_of(const T& object) {
        const Cell& c = reinterpret_cast<const Cell&>(object);  // the object's bytes begin its cell
        return {c.next_free, c.generation};
    }

    void erase(Handle h) {
        T* object = find(h);
        if (object == nullptr) return;
        Cell& c = cell(h.slot);
        ++c.generation;  // stale before the destructor runs, so that it cannot be found from there
        std::destroy_at(object);
        c.next_free = free_;
        free_ = h.slot;
        --size_;
    }

    [[nodiscard]] std::size_t size() const { return size_; }

    template <class Function>
    void for_each(Function&& function) {
        for (std::uint32_t slot = 0; slot < slots_; ++slot)
            if (Cell& c = cell(slot); c.generation & 1) function(Handle{slot, c.generation}, *c.object());
    }

private:
    static constexpr std::uint32_t none = 0xffffffff, per_block = 256;

    struct Cell {
        alignas(T) std::byte bytes[sizeof(T)];
        std::uint32_t generation = 0;
        std::uint32_t next_free = none;  ///< while the object lives: its own slot
        T* object() { return std::launder(reinterpret_cast<T*>(bytes)); }
    };

    Cell& cell(std::uint32_t slot) { return blocks_[slot / per_block][slot % per_block]; }

    void grow() {
        blocks_.push_back(std::make_unique<Cell[]>(per_block));
        for (std::uint32_t i = per_block; i-- > 0;) {
            blocks_.back()[i].next_free = free_;
            free_ = slots_ + i;
        }
        slots_ += per_block;
    }

    std::vector<std::unique_ptr<Cell[]>> blocks_;
    std::uint32_t slots_ = 0, free_ = none;
    std::size_t size_ = 0;
};

}  // namespace offhook
