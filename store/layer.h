#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "store/tables.h"

/// Rows that are decided and wait to be written into their tables.
namespace attune::store {

/// New values of rows by table and key; a row without a value is one to erase.
class Layer {
 public:
  using Rows = std::map<std::string, std::optional<std::string>, std::less<>>;

  void set(Table table, std::string_view key, std::optional<std::string> value);
  [[nodiscard]] const Rows& rows(Table table) const { return tables_[index(table)]; }
  [[nodiscard]] bool empty() const;
  /// Takes over the rows of `newer`, which win.
  void merge(Layer&& newer);
  /// Puts and erases every row. Errors: those of `tables`.
  [[nodiscard]] Status write_to(TableWriter& tables) const;
  /// Only erases. A table stays what the layer over it says.
  [[nodiscard]] Status erase_from(TableWriter& tables) const;
  void clear();

 private:
  std::array<Rows, kTableCount> tables_;
};

/// `under` as it will be once the rows of `over` are written. Both outlive it.
class LayeredReader final : public TableReader {
 public:
  LayeredReader(const TableReader& under, const Layer& over) : under_(under), over_(over) {}
  Result<std::optional<std::string_view>> get(Table table, std::string_view key) const override;
  Status scan(Table table, std::string_view from, Direction direction,
              const Visit& visit) const override;
  /// Asks `under` for every row of `over`: for starts, not for hot paths.
  Result<std::uint64_t> size(Table table) const override;
  Result<std::uint64_t> bytes(Table table) const override;

 private:
  const TableReader& under_;
  const Layer& over_;
};

/// The same, and what is written goes into `over`.
class LayeredWriter final : public TableWriter {
 public:
  LayeredWriter(const TableReader& under, Layer& over) : view_(under, over), over_(over) {}
  Result<std::optional<std::string_view>> get(Table table, std::string_view key) const override;
  Status scan(Table table, std::string_view from, Direction direction,
              const Visit& visit) const override;
  Result<std::uint64_t> size(Table table) const override;
  Result<std::uint64_t> bytes(Table table) const override;
  Status put(Table table, std::string_view key, std::string_view value) override;
  Status append(Table table, std::string_view key, std::string_view value) override;
  Status erase(Table table, std::string_view key) override;
  Status erase_through(Table table, std::string_view last) override;

 private:
  LayeredReader view_;
  Layer& over_;
};

}  // namespace attune::store
