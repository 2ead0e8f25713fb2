// What a Protobuf schema may cost. Nobody's schema comes near; hostile ones would otherwise take
// memory or time out of proportion to their size.
#pragma once

#include <cstddef>
#include <cstdint>

namespace millrace::schema::protobuf {

/// Bytes of one file, as text or base64: no more fits a record of Kafka's default size.
inline constexpr size_t kTextSizeMax = 1'048'576;
/// Bytes of a schema and all it refers to. Linked they take a hundred times as much.
inline constexpr size_t kSourceSizeMax = 4 * kTextSizeMax;
/// Files that a schema refers to, directly or through others.
inline constexpr size_t kDependencyCountMax = 1'000;
/// Messages within messages; libprotobuf's own parser ends there, too.
inline constexpr size_t kMessageNestingMax = 32;
/// Open brackets of a text, those of option values included. libprotobuf recurses for each.
inline constexpr size_t kBracketNestingMax = 64;
/// Characters of a message's or enum's full name: it is part of the name of each field, each
/// value, each message below.
inline constexpr size_t kScopeNameSizeMax = 1'024;
/// Comparisons of reserved numbers and extension ranges with each other and with the fields;
/// libprotobuf compares each with each.
inline constexpr uint64_t kRangeComparisonsMax = 50'000'000;
/// Options of one file, message, field or the like: libprotobuf looks at all others for each.
inline constexpr int kOptionCountMax = 1'000;
/// Bytes of one record: what a broker takes by default, many times over.
inline constexpr size_t kRecordSizeMax = 64 * 1'048'576;
/// Messages within messages of a record; libprotobuf's own limit.
inline constexpr int kRecordDepthMax = 100;
/// What a record of `size` bytes may take in memory, or as JSON.
constexpr uint64_t expanded_size_max(size_t size) { return 16 * 1'048'576 + 64 * uint64_t{size}; }
/// Reasons that one comparison of two schemas lists.
inline constexpr size_t kMisfitCountMax = 1'000;

}  // namespace millrace::schema::protobuf
