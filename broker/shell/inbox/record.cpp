#include "broker/shell/inbox/record.h"

#include <array>
#include <cstring>
#include <limits>

namespace attune::inbox {
namespace {

/// Bytes: kind, qos, flags, 0, packet id (2), lengths of topic, response topic, correlation and
/// traceparent (2 each), 0 (2), connection, wall, boot, absence (-1: unknown), size_bytes (8 each),
/// the five texts. Numbers are the machine's own: the file never leaves it.
constexpr std::size_t kFixedBytes = 56;
constexpr std::uint8_t kDuplicate = 1;
constexpr std::uint8_t kRetained = 2;
constexpr std::uint8_t kSessionPresent = 4;
constexpr std::uint8_t kFlagsKnown = 7;

/// What fits into a two byte length; MQTT itself allows no longer ones.
std::string_view bounded(std::string_view text) {
  return text.substr(0, std::numeric_limits<std::uint16_t>::max());
}

template <class T>
void put(std::byte*& out, T value) noexcept {
  std::memcpy(out, &value, sizeof value);
  out += sizeof value;
}

void put_text(std::byte*& out, std::string_view text) noexcept {
  if (!text.empty()) std::memcpy(out, text.data(), text.size());
  out += text.size();
}

template <class T>
T get(const char*& in) noexcept {
  T value;
  std::memcpy(&value, in, sizeof value);
  in += sizeof value;
  return value;
}

std::uint16_t length(std::string_view text) noexcept {
  return static_cast<std::uint16_t>(bounded(text).size());
}

std::uint8_t flags_of(const Record& record) noexcept {
  return static_cast<std::uint8_t>((record.duplicate ? kDuplicate : 0) |
                                   (record.retained ? kRetained : 0) |
                                   (record.session_present ? kSessionPresent : 0));
}

bool known(std::uint8_t kind) noexcept {
  return kind >= static_cast<std::uint8_t>(RecordKind::message) &&
         kind <= static_cast<std::uint8_t>(RecordKind::rejected);
}

/// The fixed part; false when it is none. Advances `in` behind it.
bool get_fixed(const char*& in, Record& record, std::array<std::size_t, 4>& lengths) noexcept {
  const auto kind = get<std::uint8_t>(in);
  record.kind = static_cast<RecordKind>(kind);
  record.qos = get<std::uint8_t>(in);
  const auto flags = get<std::uint8_t>(in);
  const auto reserved = get<std::uint8_t>(in);
  record.packet_id = get<std::uint16_t>(in);
  for (std::size_t& bytes : lengths) bytes = get<std::uint16_t>(in);
  const auto reserved_too = get<std::uint16_t>(in);
  record.connection = get<std::uint64_t>(in);
  record.at.wall = Millis(get<std::int64_t>(in));
  record.at.boot = Millis(get<std::int64_t>(in));
  const auto absence = get<std::int64_t>(in);
  if (absence >= 0) record.absence = Millis(absence);
  record.size_bytes = get<std::uint64_t>(in);
  record.duplicate = (flags & kDuplicate) != 0;
  record.retained = (flags & kRetained) != 0;
  record.session_present = (flags & kSessionPresent) != 0;
  return known(kind) && record.qos <= 2 && flags <= kFlagsKnown && reserved == 0 &&
         reserved_too == 0 && absence >= -1;
}

}  // namespace

std::size_t encoded_bytes(const Record& record) noexcept {
  return kFixedBytes + length(record.topic) + length(record.response_topic) +
         length(record.correlation) + length(record.traceparent) + record.payload.size();
}

void encode(const Record& record, std::byte* out) noexcept {
  put(out, static_cast<std::uint8_t>(record.kind));
  put(out, record.qos);
  put(out, flags_of(record));
  put(out, std::uint8_t{0});
  put(out, record.packet_id);
  put(out, length(record.topic));
  put(out, length(record.response_topic));
  put(out, length(record.correlation));
  put(out, length(record.traceparent));
  put(out, std::uint16_t{0});
  put(out, record.connection);
  put(out, std::int64_t{record.at.wall.count()});
  put(out, std::int64_t{record.at.boot.count()});
  put(out, record.absence ? std::int64_t{record.absence->count()} : std::int64_t{-1});
  put(out, record.size_bytes);
  put_text(out, bounded(record.topic));
  put_text(out, bounded(record.response_topic));
  put_text(out, bounded(record.correlation));
  put_text(out, bounded(record.traceparent));
  put_text(out, record.payload);
}

std::optional<Record> decode(std::string_view bytes) noexcept {
  if (bytes.size() < kFixedBytes) return std::nullopt;
  Record record;
  std::array<std::size_t, 4> lengths{};
  const char* in = bytes.data();
  if (!get_fixed(in, record, lengths)) return std::nullopt;
  std::string_view rest = bytes.substr(kFixedBytes);
  const std::array<std::string_view*, 4> texts = {&record.topic, &record.response_topic,
                                                  &record.correlation, &record.traceparent};
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (lengths[i] > rest.size()) return std::nullopt;
    *texts[i] = rest.substr(0, lengths[i]);
    rest.remove_prefix(lengths[i]);
  }
  record.payload = rest;
  return record;
}

}  // namespace attune::inbox
