#include "broker/core/packed.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <utility>

#include "broker/core/packed_value.h"
#include "devices/model/counted.h"
#include "rules/learn.h"

namespace attune::core {

namespace {

constexpr std::string_view kFormat = "1";

/// Writes fields as `5:hello`.
class Packer {
 public:
  Packer& text(std::string_view field) {
    put_counted(out_, field);
    return *this;
  }
  Packer& count(std::uint64_t number) { return text(std::to_string(number)); }
  Packer& time(Millis time) { return text(std::to_string(time.count())); }
  Packer& value(const Value& value) { return text(pack_value(value)); }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

/// Reads them back. After the first field that is wrong everything is empty and ok() is false.
class Unpacker {
 public:
  explicit Unpacker(std::string_view bytes) : left_(bytes) {}
  [[nodiscard]] std::string_view text();
  template <class Number>
  [[nodiscard]] Number number();
  [[nodiscard]] std::uint64_t count() { return number<std::uint64_t>(); }
  [[nodiscard]] bool flag();
  [[nodiscard]] Millis time() { return Millis(number<std::int64_t>()); }
  /// An empty text is none.
  [[nodiscard]] std::optional<Millis> optional_time();
  /// Two times, or two empty texts for none.
  [[nodiscard]] std::optional<Instant> instant();
  [[nodiscard]] Revision revision() { return static_cast<Revision>(count()); }
  [[nodiscard]] Value value();
  [[nodiscard]] bool done() const { return ok_ && left_.empty(); }
  [[nodiscard]] bool ok() const { return ok_; }
  void require(bool true_of_what_was_read) { ok_ = ok_ && true_of_what_was_read; }

 private:
  template <class Number>
  [[nodiscard]] Number parse(std::string_view text);
  std::string_view left_;
  bool ok_ = true;
};

std::string_view Unpacker::text() {
  if (!ok_) return {};
  const auto field = take_counted(left_);
  require(field.has_value());
  return field.value_or(std::string_view{});
}

template <class Number>
Number Unpacker::parse(std::string_view text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  require(read.ec == std::errc() && read.ptr == end);
  return ok_ ? number : Number{};
}

template <class Number>
Number Unpacker::number() {
  return parse<Number>(text());
}

bool Unpacker::flag() {
  const std::uint64_t number = count();
  require(number <= 1);
  return number == 1;
}

std::optional<Millis> Unpacker::optional_time() {
  const std::string_view field = text();
  if (field.empty()) return std::nullopt;
  return Millis(parse<std::int64_t>(field));
}

std::optional<Instant> Unpacker::instant() {
  const auto wall = optional_time();
  const auto steady = optional_time();
  require(wall.has_value() == steady.has_value());
  if (!wall || !steady) return std::nullopt;
  return Instant{*wall, *steady};
}

Value Unpacker::value() {
  auto value = unpack_value(text());
  require(value.has_value());
  return value ? std::move(*value) : Value();
}

void pack_instant(Packer& out, const std::optional<Instant>& instant) {
  out.text(instant ? std::to_string(instant->wall.count()) : "");
  out.text(instant ? std::to_string(instant->steady.count()) : "");
}

void pack_side(Packer& out, const ConflictSide& side) {
  out.value(side.value).text(side.by).time(side.clock.wall).count(side.clock.counter);
  out.count(number(side.revision));
}

ConflictSide unpack_side(Unpacker& in) {
  ConflictSide side;
  side.value = in.value();
  side.by = in.text();
  side.clock.wall = in.time();
  side.clock.counter = in.count();
  side.revision = in.revision();
  return side;
}

std::optional<Conflict> unpack_optional(Unpacker& in) {
  const std::string_view packed = in.text();
  if (packed.empty()) return std::nullopt;
  auto conflict = unpack_conflict(packed);
  in.require(conflict.has_value());
  return conflict;
}

}  // namespace

std::string pack(const Conflict& conflict) {
  Packer out;
  out.text(kFormat).text(conflict.path.device.text()).text(conflict.path.attribute);
  pack_side(out, conflict.kept);
  pack_side(out, conflict.lost);
  out.count(static_cast<std::uint64_t>(conflict.policy)).count(number(conflict.base));
  out.count(number(conflict.revision)).time(conflict.since.wall).time(conflict.since.steady);
  return out.take();
}

std::optional<Conflict> unpack_conflict(std::string_view bytes) {
  Unpacker in(bytes);
  Conflict conflict;
  in.require(in.text() == kFormat);
  conflict.path.device = DeviceId(std::string(in.text()));
  conflict.path.attribute = in.text();
  conflict.kept = unpack_side(in);
  conflict.lost = unpack_side(in);
  const std::uint64_t policy = in.count();
  in.require(policy >= 1 && policy <= 2);
  conflict.policy = static_cast<ConflictPolicy>(policy);
  conflict.base = in.revision();
  conflict.revision = in.revision();
  conflict.since.wall = in.time();
  conflict.since.steady = in.time();
  return in.done() ? std::optional(std::move(conflict)) : std::nullopt;
}

std::string pack(const SeenWrites::Entry& entry) {
  const Reply& reply = entry.reply;
  Packer out;
  out.text(kFormat).count(entry.fingerprint).time(entry.at);
  out.count(static_cast<std::uint64_t>(reply.result)).count(number(reply.revision));
  out.count(reply.command ? number(*reply.command) : 0).value(reply.current);
  out.text(reply.conflict ? pack(*reply.conflict) : std::string());
  return out.take();
}

std::optional<SeenWrites::Entry> unpack_seen(std::string_view bytes) {
  Unpacker in(bytes);
  SeenWrites::Entry entry;
  in.require(in.text() == kFormat);
  entry.fingerprint = in.count();
  entry.at = in.time();
  const std::uint64_t result = in.count();
  in.require(result <= static_cast<std::uint64_t>(Reply::Result::conflict));
  entry.reply.result = static_cast<Reply::Result>(result);
  entry.reply.revision = in.revision();
  const std::uint64_t command = in.count();
  if (command != 0) entry.reply.command = static_cast<CommandId>(command);
  entry.reply.current = in.value();
  entry.reply.conflict = unpack_optional(in);
  return in.done() ? std::optional(std::move(entry)) : std::nullopt;
}

std::string pack(const RuleMemory& memory) {
  Packer out;
  out.text(kFormat);
  pack_instant(out, memory.ended);
  out.text(memory.planned ? std::to_string(memory.planned->count()) : "");
  out.count(memory.step);
  pack_instant(out, memory.waits_since);
  out.count(memory.acknowledged ? 1 : 0);
  return out.take();
}

std::optional<RuleMemory> unpack_memory(std::string_view bytes) {
  Unpacker in(bytes);
  RuleMemory memory;
  in.require(in.text() == kFormat);
  memory.ended = in.instant();
  memory.planned = in.optional_time();
  memory.step = in.number<std::uint32_t>();
  memory.waits_since = in.instant();
  memory.acknowledged = in.flag();
  return in.done() ? std::optional(memory) : std::nullopt;
}

std::string pack(const Notice& notice) {
  Packer out;
  out.text(kFormat).text(notice.id).text(notice.rule.text()).text(notice.to).text(notice.topic);
  out.text(notice.severity).text(notice.message).count(notice.count);
  out.count(static_cast<std::uint64_t>(notice.state));
  out.time(notice.raised.wall).time(notice.raised.steady);
  out.time(notice.told.wall).time(notice.told.steady);
  out.count(notice.wants_ack ? 1 : 0).count(notice.acknowledged ? 1 : 0);
  out.count(number(notice.revision));
  return out.take();
}

std::optional<Notice> unpack_notice(std::string_view bytes) {
  Unpacker in(bytes);
  Notice notice;
  in.require(in.text() == kFormat);
  notice.id = in.text();
  notice.rule = RuleId(std::string(in.text()));
  notice.to = in.text();
  notice.topic = in.text();
  notice.severity = in.text();
  notice.message = in.text();
  notice.count = in.number<std::uint32_t>();
  const std::uint64_t state = in.count();
  in.require(state >= 1 && state <= static_cast<std::uint64_t>(NoticeState::cleared));
  notice.state = static_cast<NoticeState>(state);
  notice.raised.wall = in.time();
  notice.raised.steady = in.time();
  notice.told.wall = in.time();
  notice.told.steady = in.time();
  notice.wants_ack = in.flag();
  notice.acknowledged = in.flag();
  notice.revision = in.revision();
  return in.done() ? std::optional(std::move(notice)) : std::nullopt;
}

std::string pack(const Learned& learned) {
  Packer out;
  out.text(kFormat).text(learned.id).text(learned.context);
  out.value(Value(learned.literal)).value(Value(learned.value));
  out.value(learned.proposed ? Value(*learned.proposed) : Value());
  out.count(number(learned.proposed_at)).text(learned.spent_rule).time(learned.spent_run);
  out.count(learned.evidence.size());
  for (const Correction& each : learned.evidence) {
    out.value(Value(each.chosen)).time(each.at.wall).time(each.at.steady);
    out.count(number(each.revision)).text(each.rule).time(each.run);
  }
  for (const Moved& each : learned.moves) {
    out.value(Value(each.from)).value(Value(each.to)).time(each.at.wall).time(each.at.steady);
    out.count(number(each.revision)).text(each.who);
  }
  return out.take();
}

namespace {

double number_of(Unpacker& in) {
  const Value value = in.value();
  const bool sound = value.kind() == ValueKind::number && std::isfinite(value.as_number());
  in.require(sound);
  return sound ? value.as_number() : 0;
}

Correction correction_of(Unpacker& in) {
  Correction each;
  each.chosen = number_of(in);
  each.at.wall = in.time();
  each.at.steady = in.time();
  each.revision = in.revision();
  each.rule = in.text();
  each.run = in.time();
  return each;
}

Moved moved_of(Unpacker& in) {
  Moved each;
  each.from = number_of(in);
  each.to = number_of(in);
  each.at.wall = in.time();
  each.at.steady = in.time();
  each.revision = in.revision();
  each.who = in.text();
  return each;
}

}  // namespace

std::optional<Learned> unpack_learned(std::string_view bytes) {
  Unpacker in(bytes);
  in.require(in.text() == kFormat);
  Learned out;
  out.id = in.text();
  out.context = in.text();
  out.literal = number_of(in);
  out.value = number_of(in);
  const Value proposed = in.value();
  if (proposed.has_value()) {
    in.require(proposed.kind() == ValueKind::number);
    if (proposed.kind() == ValueKind::number) out.proposed = proposed.as_number();
  }
  out.proposed_at = in.revision();
  out.spent_rule = in.text();
  out.spent_run = in.time();
  const std::uint64_t corrections = in.count();
  in.require(corrections <= rules::Learn::kAfterMax && !out.id.empty());
  for (std::uint64_t i = 0; in.ok() && i < corrections; ++i) {
    out.evidence.push_back(correction_of(in));
  }
  while (in.ok() && !in.done()) out.moves.push_back(moved_of(in));
  in.require(out.moves.size() <= Learned::kMovesMax);
  if (!in.done()) return std::nullopt;
  return out;
}

}  // namespace attune::core
