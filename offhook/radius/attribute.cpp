#include "offhook/radius/attribute.hpp"

#include "offhook/base/text.hpp"

namespace offhook::radius {

namespace {

// Beside the header and a Message-Authenticator (seal.hpp).
constexpr std::size_t room = largest_packet - packet_head - 18;

std::string_view octets_of(const IpAddress& address) {
    return {reinterpret_cast<const char*>(address.octets().data()), address.is_v6() ? std::size_t{16} : std::size_t{4}};
}

}  // namespace

void append_u32(std::string& out, std::uint32_t value) {
    for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(static_cast<unsigned char>(value >> shift));
}

std::uint32_t read_u32(std::string_view four_octets) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(four_octets[i]);
    return value;
}

std::string AttributeError::text() const {
    std::string out = "RADIUS attribute ";
    append_number(out, static_cast<std::uint64_t>(type));
    out += code == Code::value_too_long ? " has a value of " : " makes attributes of ";
    append_number(out, size);
    out += " octets; at most ";
    append_number(out, code == Code::value_too_long ? longest_value : room);
    out += " can be sent";
    return out;
}

std::optional<Attribute> AttributeReader::next() {
    if (rest_.size() < attribute_head) return std::nullopt;
    const std::size_t size = static_cast<unsigned char>(rest_[1]);
    if (size < attribute_head || size > rest_.size()) return std::nullopt;
    const Attribute one{static_cast<Type>(rest_[0]), rest_.substr(attribute_head, size - attribute_head)};
    rest_.remove_prefix(size);
    return one;
}

bool AttributeReader::whole(std::string_view attributes) {
    AttributeReader reader(attributes);
    while (reader.next()) {
    }
    return reader.rest_.empty();
}

std::optional<std::string_view> find(std::string_view attributes, Type type) {
    AttributeReader reader(attributes);
    while (const auto one = reader.next())
        if (one->type == type) return one->value;
    return std::nullopt;
}

std::optional<std::uint32_t> find_number(std::string_view attributes, Type type) {
    const auto value = find(attributes, type);
    if (!value || value->size() != 4) return std::nullopt;
    return read_u32(*value);
}

std::optional<std::string_view> find_vendor(std::string_view attributes, std::uint32_t vendor, std::uint8_t type) {
    AttributeReader reader(attributes);
    while (const auto one = reader.next()) {
        if (one->type != Type::vendor_specific || one->value.size() < 4 || read_u32(one->value) != vendor) continue;
        // §5.26: the rest SHOULD be attributes of the same form, whose types are the vendor's.
        if (const auto value = find(one->value.substr(4), static_cast<Type>(type))) return value;
    }
    return std::nullopt;
}

void AttributeWriter::append(Type type, std::string_view before, std::string_view value) {
    if (error_ || value.empty()) return;
    const std::size_t size = before.size() + value.size();
    if (size > longest_value) {
        error_ = {AttributeError::Code::value_too_long, type, size};
        return;
    }
    if (out_.size() + attribute_head + size > room) {
        error_ = {AttributeError::Code::packet_too_long, type, out_.size() + attribute_head + size};
        return;
    }
    out_ += static_cast<char>(type);
    out_ += static_cast<char>(static_cast<unsigned char>(attribute_head + size));
    out_ += before;
    out_ += value;
}

AttributeWriter& AttributeWriter::add(Type type, std::string_view value) {
    append(type, {}, value);
    return *this;
}

AttributeWriter& AttributeWriter::add(Type type, std::uint32_t value) {
    std::string octets;
    append_u32(octets, value);
    append(type, {}, octets);
    return *this;
}

AttributeWriter& AttributeWriter::add_nas_address(const IpAddress& address) {
    return add(address.is_v6() ? Type::nas_ipv6_address : Type::nas_ip_address, octets_of(address));
}

AttributeWriter& AttributeWriter::add_vendor(std::uint32_t vendor, std::uint8_t type, std::string_view value) {
    std::string before;
    append_u32(before, vendor);
    before += static_cast<char>(type);
    before += static_cast<char>(static_cast<unsigned char>(attribute_head + value.size()));
    append(Type::vendor_specific, before, value);
    return *this;
}

std::expected<std::string, AttributeError> AttributeWriter::take() {
    if (error_) return std::unexpected(*error_);
    return std::move(out_);
}

}  // namespace offhook::radius
