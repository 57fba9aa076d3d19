#include "store/codec.h"

#include <fmt/format.h>

#include <array>
#include <type_traits>

#include "store/crc32c.h"
#include "store/wire.h"

namespace attune::store {
namespace {

template <class R, class T>
concept Is = std::is_same_v<std::remove_const_t<R>, T>;

/// A time as its distance from `at`, which is written before it.
template <class W>
void near(W& wire, std::conditional_t<std::is_same_v<W, WireWriter>, const Millis, Millis>& time,
          Millis at) {
  const auto wide = [](Millis of) { return static_cast<std::uint64_t>(of.count()); };
  Millis distance(static_cast<std::int64_t>(wide(time) - wide(at)));
  wire(distance);
  if constexpr (std::is_same_v<W, WireReader>) {
    time = Millis(static_cast<std::int64_t>(wide(at) + wide(distance)));
  }
}

/// An earlier revision as its distance from `from`, and 0 for none.
void before(WireWriter& wire, Revision earlier, Revision from) {
  const bool is_one = number(earlier) != 0 && earlier < from;
  wire(is_one ? number(from) - number(earlier) : std::uint64_t{0});
}
void before(WireReader& wire, Revision& earlier, Revision from) {
  std::uint64_t distance = 0;
  wire(distance);
  if (distance != 0 && distance >= number(from)) return wire.refuse();
  earlier = Revision{distance == 0 ? 0 : number(from) - distance};
}

// The payloads, field by field. One list serves writing and reading; FORMAT.md repeats it.

template <class W, Is<Identity> R>
void fields(W& wire, R& r) {
  wire(r.uuid, r.incarnation);
}

template <class W, Is<Position> R>
void fields(W& wire, R& r) {
  bool ring = r.inbox.has_value();
  wire(r.head, r.reached, r.folded_through, r.floor, r.last_command, r.final_commands, r.at,
       r.clean, ring);
  if constexpr (!std::is_const_v<R>) {
    if (ring) r.inbox.emplace();
  }
  if (ring) wire(r.inbox->ring, r.inbox->position);
}

template <class W, Is<LogEntry> R>
void fields(W& wire, R& r) {
  auto& c = r.change;
  wire(r.before, c.revision, c.at, c.kind, c.device, c.attribute, c.value, c.previous, c.status,
       c.detail, c.cause, c.context, c.origin);
  if (wire.format() < 2) return;
  near(wire, c.clock.wall, c.at.wall);
  wire(c.clock.counter);
  before(wire, c.prior, c.revision);
}

template <class W, Is<StateRow> R>
void fields(W& wire, R& r) {
  wire(r.path, r.value, r.revision, r.version, r.at, r.quality, r.origin, r.cause, r.context,
       r.desired, r.desired_by, r.desired_revision);
  if (wire.format() < 2) return;
  near(wire, r.since.wall, r.at.wall);
  near(wire, r.since.steady, r.at.steady);
  near(wire, r.clock.wall, r.at.wall);
  wire(r.clock.counter, r.claimed);
  if (number(r.desired_revision) == 0) return;
  near(wire, r.desired_clock.wall, r.at.wall);
  wire(r.desired_clock.counter, r.desired_context);
}

template <class W, Is<Command> R>
void fields(W& wire, R& r) {
  wire(r.id, r.state, r.path, r.value, r.created, r.sent, r.expires, r.attempts, r.cause, r.context,
       r.revision, r.reason);
}

template <class W, Is<Claim> R>
void fields(W& wire, R& r) {
  wire(r.path, r.by, r.source, r.value, r.priority, r.since, r.shadow, r.cause, r.context,
       r.revision, r.reason);
  if (wire.format() < 2) return;
  wire(r.min, r.max, r.blocked);
}

template <class W, Is<Base> R>
void fields(W& wire, R& r) {
  wire(r.path, r.value);
}

template <class W, Is<RuleState> R>
void fields(W& wire, R& r) {
  wire(r.rule, r.fingerprint, r.phase, r.since, r.active_since, r.unknown_since, r.last_truth,
       r.spent, r.mode, r.revision, r.context);
}

template <class W, Is<Timer> R>
void fields(W& wire, R& r) {
  wire(r.kind, r.subject, r.due);
}

template <class W, Is<Blob> R>
void fields(W& wire, R& r) {
  wire(r.space, r.key, r.bytes);
}

template <class W, Is<Tombstone> R>
void fields(W& wire, R& r) {
  wire(r.revision, r.device, r.at);
  near(wire, r.clock.wall, r.at.wall);
  wire(r.clock.counter, r.cause);
}

void fields(WireWriter& wire, const JournalEntry& r) {
  std::uint64_t count = 0;
  for (std::size_t i = 1; i <= kTableCount; ++i) count += r.rows.rows(static_cast<Table>(i)).size();
  wire(r.number, count);
  for (std::size_t i = 1; i <= kTableCount; ++i) {
    const auto table = static_cast<Table>(i);
    for (const auto& [key, row] : r.rows.rows(table)) wire(table, key, row);
  }
}

void fields(WireReader& wire, JournalEntry& r) {
  std::uint64_t count = 0;
  wire(r.number, count);
  for (; count > 0 && wire.ok(); --count) {
    Table table{};
    std::string key;
    std::optional<std::string> row;
    wire(table, key, row);
    if (wire.ok()) r.rows.set(table, key, std::move(row));
  }
}

// The keys.

void key_of(const Identity&, std::string& out) {
  out = "store";
}
void key_of(const Position&, std::string& out) {
  out = "position";
}
void key_of(const LogEntry& r, std::string& out) {
  encode_number_key(number(r.change.revision), out);
}
void key_of(const JournalEntry& r, std::string& out) {
  encode_number_key(r.number, out);
}
void key_of(const Command& r, std::string& out) {
  encode_number_key(number(r.id), out);
}
void key_of(const Tombstone& r, std::string& out) {
  encode_number_key(number(r.revision), out);
}
void key_of(const RuleState& r, std::string& out) {
  out = r.rule.text();
}

void append_path(const AttributePath& path, std::string& out) {
  out.append(path.device.text()).append(1, '.').append(path.attribute);
}
void key_of(const StateRow& r, std::string& out) {
  out.clear();
  append_path(r.path, out);
}
void key_of(const Base& r, std::string& out) {
  out.clear();
  append_path(r.path, out);
}
void key_of(const Claim& r, std::string& out) {
  out.clear();
  append_path(r.path, out);
  out.append(1, '\0').append(1, static_cast<char>(r.by)).append(r.source);
}
void key_of(const Timer& r, std::string& out) {
  out.assign(1, static_cast<char>(r.kind)).append(r.subject);
}
void key_of(const Blob& r, std::string& out) {
  out.assign(r.space).append(1, '\0').append(r.key);
}

std::uint64_t fnv1a(std::uint64_t hash, std::string_view text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  return hash;
}

/// LMDB refuses an empty key, and one over 511 bytes.
void fit_key(std::string& key) {
  if (key.empty()) key.assign(1, '\0');
  if (key.size() <= kKeyBytesMax) return;
  const std::uint64_t first = fnv1a(0xCBF29CE484222325u, key);
  const std::uint64_t second = fnv1a(first, key);
  key.resize(kKeyBytesMax - 32);
  key += fmt::format("{:016x}{:016x}", first, second);
}

void put_u32(std::string& out, std::size_t at, std::uint32_t v) {
  for (std::size_t i = 0; i < 4; ++i) out[at + i] = static_cast<char>(v >> (8 * i));
}

std::uint32_t get_u32(std::string_view bytes, std::size_t at) {
  std::uint32_t v = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    v |= std::uint32_t{static_cast<unsigned char>(bytes[at + i])} << (8 * i);
  }
  return v;
}

std::uint32_t checksum(std::string_view value) {
  return crc32c(crc32c(0, value.substr(0, 4)), value.substr(kHeaderBytes));
}

/// The newest format that changed the layout of a record; meta/store always carries the store's.
template <class R>
constexpr std::uint8_t kFormatOf = 1;
template <>
constexpr std::uint8_t kFormatOf<Identity> = kFormat;
template <>
constexpr std::uint8_t kFormatOf<JournalEntry> = 2;
template <>
constexpr std::uint8_t kFormatOf<LogEntry> = 2;
template <>
constexpr std::uint8_t kFormatOf<StateRow> = 2;
template <>
constexpr std::uint8_t kFormatOf<Claim> = 2;

/// The first four bytes of a value: format, 0, table, 0.
std::array<char, 4> tag_of(std::uint8_t format, Table table) {
  return {static_cast<char>(format), 0, static_cast<char>(table), 0};
}

Status check_header(Table table, std::uint8_t newest, std::string_view key,
                    std::string_view value) {
  const Result<std::uint8_t> format = format_of(table, key, value);
  if (!format) return format.error();
  if (*format == 0 || *format > newest) {
    return Error{"format", fmt::format("the store is in format {}; this program reads formats up "
                                       "to {}: start the version that wrote it, or a newer one",
                                       *format, kFormat)};
  }
  const std::array<char, 4> tag = tag_of(*format, table);
  if (value.substr(0, 4) != std::string_view(tag.data(), tag.size())) {
    return corrupt(table, key, "is of another table");
  }
  return {};
}

bool is_numbered(Table table) {
  return table == Table::log || table == Table::commands || table == Table::journal ||
         table == Table::tombstones;
}

std::string printable(Table table, std::string_view key) {
  std::uint64_t number = 0;
  if (is_numbered(table) && key.size() == 8) {
    for (const char c : key) number = (number << 8) | static_cast<unsigned char>(c);
    return std::to_string(number);
  }
  std::string text;
  for (const char c : key) {
    const bool plain = c > ' ' && c < 0x7F && c != '\\';
    text += plain ? std::string(1, c) : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
  }
  return text;
}

}  // namespace

std::string_view name(Table table) {
  switch (table) {
    case Table::meta:
      return "meta";
    case Table::log:
      return "log";
    case Table::state:
      return "state";
    case Table::commands:
      return "commands";
    case Table::claims:
      return "claims";
    case Table::bases:
      return "bases";
    case Table::rules:
      return "rules";
    case Table::timers:
      return "timers";
    case Table::blobs:
      return "blobs";
    case Table::journal:
      return "journal";
    case Table::history:
      return "history";
    case Table::rollups:
      return "rollups";
    case Table::symbols:
      return "symbols";
    case Table::latest:
      return "latest";
    case Table::tombstones:
      return "tombstones";
    case Table::rulesets:
      return "rulesets";
  }
  return "?";
}

Error corrupt(Table table, std::string_view key, std::string_view what) {
  return {"corrupt", fmt::format("{}/{} {}", name(table), printable(table, key), what)};
}

Result<std::uint8_t> format_of(Table table, std::string_view key, std::string_view value) {
  if (value.size() < kHeaderBytes) return corrupt(table, key, "is shorter than its header");
  if (checksum(value) != get_u32(value, 4)) return corrupt(table, key, "fails its checksum");
  return static_cast<std::uint8_t>(value[0]);
}

void reseal_value(std::string& value) {
  put_u32(value, 4, checksum(value));
}

void encode_number_key(std::uint64_t number, std::string& out) {
  out.clear();
  for (unsigned shift = 64; shift > 0; shift -= 8) {
    out.push_back(static_cast<char>(number >> (shift - 8)));
  }
}

std::string blob_prefix(const std::string& space) {
  return space + '\0';
}

template <class R>
void encode_key(const R& record, std::string& out) {
  key_of(record, out);
  fit_key(out);
}

template <class R>
void encode_value(const R& record, std::string& out) {
  const std::array<char, 4> tag = tag_of(kFormatOf<R>, kTableOf<R>);
  out.assign(tag.data(), tag.size()).append(4, '\0');
  WireWriter wire(out);
  fields(wire, record);
  reseal_value(out);
}

template <class R>
Result<R> decode_value(std::string_view value, std::string_view key) {
  Status header = check_header(kTableOf<R>, kFormatOf<R>, key, value);
  if (!header) return header.error();
  R record;
  WireReader wire(value.substr(kHeaderBytes), static_cast<std::uint8_t>(value[0]));
  fields(wire, record);
  if (!wire.done()) return corrupt(kTableOf<R>, key, "cannot be read");
  return record;
}

template <class R>
Result<R> decode(std::string_view key, std::string_view value) {
  auto record = decode_value<R>(value, key);
  if (!record) return record;
  std::string own_key;
  encode_key(*record, own_key);
  if (own_key != key) return corrupt(kTableOf<R>, key, "stands under a key that is not its own");
  return record;
}

// The contract of codec.h: everything for every record.
#define ATTUNE_CODEC_OF(R)                                       \
  template void encode_key(const R&, std::string&);              \
  template void encode_value(const R&, std::string&);            \
  template Result<R> decode(std::string_view, std::string_view); \
  template Result<R> decode_value(std::string_view, std::string_view)
ATTUNE_CODEC_OF(Identity);
ATTUNE_CODEC_OF(Position);
ATTUNE_CODEC_OF(LogEntry);
ATTUNE_CODEC_OF(JournalEntry);
ATTUNE_CODEC_OF(StateRow);
ATTUNE_CODEC_OF(Command);
ATTUNE_CODEC_OF(Claim);
ATTUNE_CODEC_OF(Base);
ATTUNE_CODEC_OF(RuleState);
ATTUNE_CODEC_OF(Timer);
ATTUNE_CODEC_OF(Blob);
ATTUNE_CODEC_OF(Tombstone);
#undef ATTUNE_CODEC_OF

}  // namespace attune::store
