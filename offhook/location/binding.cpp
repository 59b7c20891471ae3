#include "offhook/location/binding.hpp"

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <type_traits>

namespace offhook::location {
namespace {

constexpr std::string_view Binding::*texts[] = {&Binding::contact, &Binding::parameters, &Binding::call_id, &Binding::path, &Binding::user_agent};

// The memory is given back as it is, without destructors.
static_assert(std::is_trivially_destructible_v<Binding> && std::is_trivially_destructible_v<BindingSet>);
static_assert(alignof(Binding) == alignof(std::uint64_t) && alignof(BindingSet) == alignof(std::uint64_t));

std::size_t octets_of_texts(const BindingSet& set) {
    std::size_t octets = set.address_of_record.size();
    for (const Binding& binding : set.bindings)
        for (const auto text : texts) octets += (binding.*text).size();
    return octets;
}

}  // namespace

BindingSnapshot make_snapshot(const BindingSet& set) {
    const std::size_t texts_at = sizeof(BindingSet) + set.bindings.size_bytes();
    const std::size_t words = (texts_at + octets_of_texts(set) + sizeof(std::uint64_t) - 1) / sizeof(std::uint64_t);
    std::shared_ptr<std::uint64_t[]> block = std::make_shared_for_overwrite<std::uint64_t[]>(words);  // with the count, in one piece
    auto* const begin = reinterpret_cast<std::byte*>(block.get());
    char* end = reinterpret_cast<char*>(begin + texts_at);
    const auto keep = [&end](std::string_view text) {
        if (!text.empty()) std::memcpy(end, text.data(), text.size());  // none may be a null pointer
        const std::string_view kept(end, text.size());
        end += text.size();
        return kept;
    };
    auto* const place = reinterpret_cast<Binding*>(begin + sizeof(BindingSet));
    std::uninitialized_copy(set.bindings.begin(), set.bindings.end(), place);
    auto* const bindings = std::launder(place);
    for (Binding& binding : std::span(bindings, set.bindings.size()))
        for (const auto text : texts) binding.*text = keep(binding.*text);
    const auto* const snapshot = ::new (begin) BindingSet{keep(set.address_of_record), {bindings, set.bindings.size()}};
    return {std::move(block), snapshot};
}

}  // namespace offhook::location
