#pragma once
#include <optional>
#include <utility>
#include <vector>

#include "broker/core/arbitration.h"
#include "broker/core/inference.h"
#include "broker/core/ledger.h"
#include "devices/catalog.h"

/// What people ask for through API, page and command line, checked before it is done.
namespace attune::core {

class Requests {
 public:
  Requests(const devices::Catalog& catalog, const Image& image, const RuleRunner& rules,
           const Ledger& ledger, Arbitration& arbitration, Inference& inference, Journal& journal)
      : catalog_(catalog),
        image_(image),
        rules_(rules),
        ledger_(ledger),
        arbitration_(arbitration),
        inference_(inference),
        journal_(journal) {}

  void take(const WriteRequest& request);
  void take(const ReleaseRequest& request);
  void take(const RuleModeRequest& request);

  /// At the end of the step: the commands that the accepted writes led to.
  void name_commands();

 private:
  void write_setting(const WriteRequest& request, AttributeId id);
  void reject(RequestId id, std::string code, std::string message);
  void accept(RequestId id, Revision revision);
  /// The attribute, or nothing and a rejection.
  [[nodiscard]] std::optional<AttributeId> writable(const WriteRequest& request);
  [[nodiscard]] bool conflicts(const WriteRequest& request, AttributeId id);

  const devices::Catalog& catalog_;
  const Image& image_;
  const RuleRunner& rules_;
  const Ledger& ledger_;
  Arbitration& arbitration_;
  Inference& inference_;
  Journal& journal_;
  std::vector<std::pair<std::size_t, AttributeId>> unnamed_;  // reply's place, attribute
};

}  // namespace attune::core
