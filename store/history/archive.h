#pragma once
#include <functional>
#include <optional>
#include <string_view>

#include "devices/model/result.h"
#include "store/history/answers.h"
#include "store/tables.h"

/// The past of a store, as everybody else asks for it.
namespace attune::store::history {

class Recorder;

/// Names are `device.attribute`; `device.$availability` is whether the device could be reached.
/// Times are wall times. What is committed is known; a name that is not known has empty answers.
///
/// Threading: the store's thread. Errors: those of Store. Each call reads one view of the store for
/// as long as it takes, and a bounded part of it.
class Archive {
 public:
  /// Calls `query` with a view of the tables.
  using View = std::function<Status(const std::function<void(const TableReader&)>& query)>;
  /// `recorder` outlives it.
  Archive(View view, const Recorder& recorder) : view_(std::move(view)), recorder_(recorder) {}

  /// The samples with from <= at < to, about `max` of them (at most kRangeSamplesMax), and what
  /// held before. For what a rule looks back at (`past(x, 10m)`): the window from then to now.
  [[nodiscard]] Result<Range> range(std::string_view path, Millis from, Millis to,
                                    std::size_t max) const;
  /// At most `count` (up to kBucketsMax) periods of one length that cover [from, to). `to` is not
  /// in the future.
  [[nodiscard]] Result<Buckets> buckets(std::string_view path, Millis from, Millis to,
                                        std::size_t count) const;
  [[nodiscard]] Result<std::optional<Held>> at(std::string_view path, Millis at) const;
  /// A page of all that was known at a moment: from 0, then from HomePage::next until that is 0.
  [[nodiscard]] Result<HomePage> home(Millis at, std::uint32_t from) const;

 private:
  View view_;
  const Recorder& recorder_;
};

}  // namespace attune::store::history
