#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>

#include "devices/model/records.h"
#include "store/tables.h"

/// The fields of records as bytes: the primitives of store/FORMAT.md, written and read.
///
/// Both classes are called with the same list of fields (`wire(row.path, row.value, ..)`), so that
/// one list per record defines both directions.
namespace attune::store {

/// What a writer writes; a reader is told what it reads, and leaves out what came later.
inline constexpr std::uint8_t kNewestLayout = 2;

template <class E>
concept SmallEnum = std::is_enum_v<E> && sizeof(E) == 1;
template <class E>
concept WideEnum = std::is_enum_v<E> && sizeof(E) == 8;

/// Appends fields to `out`. Never fails.
class WireWriter {
 public:
  explicit WireWriter(std::string& out) : out_(out) {}
  [[nodiscard]] static constexpr std::uint8_t format() { return kNewestLayout; }
  template <class... Fields>
  void operator()(const Fields&... fields) {
    (put(fields), ...);
  }

 private:
  void varint(std::uint64_t v);
  void zigzag(std::int64_t v);
  void real(double v);
  void put(bool v) { out_.push_back(v ? '\1' : '\0'); }
  void put(std::int16_t v) { zigzag(v); }
  void put(std::uint32_t v) { varint(v); }
  void put(std::uint64_t v) { varint(v); }
  void put(Millis v) { zigzag(v.count()); }
  void put(const std::string& v);
  void put(const Instant& v) { (*this)(v.wall, v.steady); }
  void put(const Cause& v) { (*this)(v.kind, v.id, v.parent); }
  void put(const AttributePath& v) { (*this)(v.device.text(), v.attribute); }
  void put(const DeviceId& v) { put(v.text()); }
  void put(const RuleId& v) { put(v.text()); }
  void put(const Value& v);
  void put(SmallEnum auto v) { out_.push_back(static_cast<char>(v)); }
  void put(WideEnum auto v) { varint(static_cast<std::uint64_t>(v)); }
  template <class T>
  void put(const std::optional<T>& v) {
    put(v.has_value());
    if (v) put(*v);
  }

  std::string& out_;
};

/// Takes fields from `bytes`, believing nothing: lengths, ranges of enums, finite numbers, the
/// shortest form of every varint. After the first field that cannot be read, ok() is false and
/// the rest of the fields keep what they held.
class WireReader {
 public:
  /// `format` is that of the value's header.
  explicit WireReader(std::string_view bytes, std::uint8_t format = kNewestLayout)
      : left_(bytes), format_(format) {}
  template <class... Fields>
  void operator()(Fields&... fields) {
    (get(fields), ...);
  }
  [[nodiscard]] std::uint8_t format() const { return format_; }
  [[nodiscard]] bool ok() const { return ok_; }
  /// What was read cannot be.
  void refuse() { fail(); }
  /// Everything was read and nothing is left over.
  [[nodiscard]] bool done() const { return ok_ && left_.empty(); }

 private:
  std::uint8_t byte();
  std::uint64_t varint();
  std::int64_t zigzag();
  double real();
  void get(bool& v);
  void get(std::int16_t& v);
  void get(std::uint32_t& v);
  void get(std::uint64_t& v) { v = varint(); }
  void get(Millis& v) { v = Millis(zigzag()); }
  void get(std::string& v);
  void get(Instant& v) { (*this)(v.wall, v.steady); }
  void get(Cause& v) { (*this)(v.kind, v.id, v.parent); }
  void get(AttributePath& v);
  void get(DeviceId& v);
  void get(RuleId& v);
  void get(Value& v);
  void get(std::vector<double>& v);
  void get(ChangeKind& v) { small(v, ChangeKind::state, kLastChangeKind); }
  void get(CauseKind& v) { small(v, CauseKind::none, CauseKind::system); }
  void get(Origin& v) { small(v, Origin::device, Origin::other); }
  void get(Quality& v) { small(v, Quality::good, Quality::stale); }
  void get(CommandState& v) { small(v, CommandState::queued, CommandState::rejected); }
  void get(ClaimBy& v) { small(v, ClaimBy::rule, ClaimBy::limit); }
  void get(RulePhase& v) { small(v, RulePhase::idle, RulePhase::ending); }
  void get(RuleMode& v) { small(v, RuleMode::enabled, RuleMode::shadow); }
  void get(TimerKind& v) { small(v, TimerKind::rule_for, TimerKind::impulse); }
  void get(Table& v) { small(v, Table::meta, Table::rulesets); }
  void get(WideEnum auto& v) { v = static_cast<std::remove_reference_t<decltype(v)>>(varint()); }
  template <SmallEnum E>
  void small(E& v, E first, E last);
  template <class T>
  void get(std::optional<T>& v);
  void fail() { ok_ = false; }

  std::string_view left_;
  std::uint8_t format_;
  bool ok_ = true;
};

template <SmallEnum E>
void WireReader::small(E& v, E first, E last) {
  const auto read = static_cast<E>(byte());
  if (read < first || read > last) return fail();
  v = read;
}

template <class T>
void WireReader::get(std::optional<T>& v) {
  bool present = false;
  get(present);
  if (present && ok_) get(v.emplace());
}

}  // namespace attune::store
