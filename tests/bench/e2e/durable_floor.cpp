#include "tests/bench/e2e/durable_floor.h"

#include <lmdb.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <string_view>

#include "tests/bench/e2e/process.h"

namespace attune::bench {
namespace {

constexpr std::size_t kMapBytes = std::size_t{1} << 30;
constexpr std::size_t kTables = 3;
/// As an event that leads to a command leaves them: its changes, the command, the position.
constexpr std::array<std::size_t, kTables> kRecordBytes = {600, 150, 60};

void check(int code) {
  if (code != 0) die(std::string("LMDB: ") + mdb_strerror(code));
}

}  // namespace

struct DurableFloor::Impl {
  void put(MDB_txn* txn, std::size_t table, std::uint64_t number) {
    std::array<unsigned char, 8> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      bytes[bytes.size() - 1 - i] = static_cast<unsigned char>(number >> (8 * i));
    }
    MDB_val key{bytes.size(), bytes.data()};
    MDB_val value{kRecordBytes[table], record.data()};
    check(mdb_put(txn, tables[table], &key, &value, 0));
  }
  void commit(std::uint64_t number) {
    MDB_txn* txn = nullptr;
    check(mdb_txn_begin(env, nullptr, 0, &txn));
    put(txn, 0, number);
    put(txn, 1, number);
    put(txn, 2, 0);  // the position stands in one place
    check(mdb_txn_commit(txn));
  }

  MDB_env* env = nullptr;
  std::array<MDB_dbi, kTables> tables{};
  std::string record = std::string(kRecordBytes[0], 'x');
  std::uint64_t last = 0;
};

DurableFloor::DurableFloor(const std::string& file) : impl_(std::make_unique<Impl>()) {
  check(mdb_env_create(&impl_->env));
  check(mdb_env_set_mapsize(impl_->env, kMapBytes));
  check(mdb_env_set_maxdbs(impl_->env, kTables));
  check(mdb_env_open(impl_->env, file.c_str(), MDB_NOSUBDIR, 0600));
  MDB_txn* txn = nullptr;
  check(mdb_txn_begin(impl_->env, nullptr, 0, &txn));
  const std::array<const char*, kTables> names = {"log", "commands", "meta"};
  for (std::size_t i = 0; i < kTables; ++i) {
    check(mdb_dbi_open(txn, names[i], MDB_CREATE, &impl_->tables[i]));
  }
  check(mdb_txn_commit(txn));
}

DurableFloor::~DurableFloor() {
  mdb_env_close(impl_->env);
}

double DurableFloor::commit() {
  const auto began = std::chrono::steady_clock::now();
  impl_->commit(++impl_->last);
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began)
      .count();
}

}  // namespace attune::bench
