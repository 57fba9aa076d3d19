#pragma once
#include <map>
#include <string_view>
#include <vector>

#include "broker/core/conflict.h"
#include "broker/core/journal.h"

/// The conflicts that nobody has settled yet: shown, counted, kept over a restart.
namespace attune::core {

class Conflicts {
 public:
  static constexpr std::string_view kSpace = "conflicts";  ///< of their blobs
  /// When there are more, the oldest is settled.
  static constexpr std::size_t kMax = 1'000;

  explicit Conflicts(Journal& journal) : journal_(journal) {}
  /// Rows that cannot be read are left out.
  void restore(const std::vector<Blob>& blobs);

  [[nodiscard]] const Conflict* on(const AttributePath& path) const;
  [[nodiscard]] const std::map<AttributePath, Conflict>& all() const { return all_; }

  /// Tells the log; `conflict` gets its revision and since. In place of an earlier one about the
  /// same attribute. Answers what the consequences cite.
  Because begin(Conflict& conflict, const Because& because);
  /// The value that stays is made by the change `revision`.
  void made(const AttributePath& path, Revision revision);
  /// False when there was none.
  bool end(const AttributePath& path, const Because& because, std::string_view reason);

 private:
  Journal& journal_;
  std::map<AttributePath, Conflict> all_;
};

}  // namespace attune::core
