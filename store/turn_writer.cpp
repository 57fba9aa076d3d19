#include "store/turn_writer.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <utility>
#include <vector>

#include "devices/model/limits.h"
#include "store/compaction.h"

namespace attune::store {
namespace {

void require_ascending(Revision before, Revision after) {
  if (before < after) return;
  std::fprintf(stderr, "store: revision %llu committed after %llu\n",
               static_cast<unsigned long long>(number(after)),
               static_cast<unsigned long long>(number(before)));
  std::abort();
}

}  // namespace

Revision next_revision(const Position& position) {
  const std::uint64_t highest = std::max(number(position.head), number(position.reached));
  return Revision{highest + 1 + (position.clean ? 0 : limits::kUncommittedRevisionsMax)};
}

Status TurnWriter::write(const Turn& turn, TableWriter& log, TableWriter& rows, Position& position,
                         std::optional<Revision> history) {
  if (Status done = append(turn, log, position); !done) return done;
  for (const Write& write : turn.writes) {
    if (Status done = write_row(write, rows, position); !done) return done;
  }
  if (Status done = prune_commands(rows, position); !done) return done;
  position.at = turn.at;
  position.clean = turn.clean;
  if (turn.inbox) position.inbox = turn.inbox;
  if (turn.folded_through) position.folded_through = *turn.folded_through;
  appends_ = turn.retention ? appended_ + turn.changes.size() : 0;
  if (history && turn.retention) {
    const Appended appended{std::exchange(appends_, 0), *history};
    const auto done = compact_log(*turn.retention, appended, log, position);
    if (!done) return done.error();
    waits_for_history_ = *done == LetGo::history_waits;
  }
  return put(position, rows);
}

template <class R>
Status TurnWriter::put(const R& record, TableWriter& rows) {
  encode_key(record, key_);
  encode_value(record, value_);
  return rows.put(kTableOf<R>, key_, value_);
}

Status TurnWriter::create(const Identity& identity, TableWriter& rows) {
  if (Status done = put(identity, rows); !done) return done;
  return put(Position{}, rows);
}

Status TurnWriter::name_store(const Identity& identity, TableWriter& rows) {
  return put(identity, rows);
}

Status TurnWriter::start(TableWriter& rows, Position& position) {
  position.reached = Revision{number(next_revision(position)) - 1};
  position.clean = false;
  return put(position, rows);
}

Status TurnWriter::append(const Turn& turn, TableWriter& log, Position& position) {
  LogEntry entry;
  for (const Change& change : turn.changes) {
    require_ascending(position.head, change.revision);
    entry.before = position.head;
    entry.change = change;
    encode_key(entry, key_);
    encode_value(entry, value_);
    if (Status done = log.append(Table::log, key_, value_); !done) return done;
    position.head = change.revision;
  }
  return {};
}

Status TurnWriter::write_row(const Write& write, TableWriter& rows, Position& position) {
  return std::visit(
      [&]<class R>(const R& record) -> Status {
        if constexpr (std::is_same_v<R, Command>) {
          Status counted = count_command(record, write.erase, rows, position);
          if (!counted) return counted;
        }
        if (!write.erase) return put(record, rows);
        encode_key(record, key_);
        return rows.erase(kTableOf<R>, key_);
      },
      write.record);
}

Status TurnWriter::count_command(const Command& command, bool erase, const TableReader& rows,
                                 Position& position) const {
  std::string key;
  encode_key(command, key);
  auto stored = rows.get(Table::commands, key);
  if (!stored) return stored.error();
  if (*stored) {
    const auto old = decode<Command>(key, **stored);
    if (!old) return old.error();
    if (is_final(old->state)) --position.final_commands;
  }
  if (erase) return {};
  if (is_final(command.state)) ++position.final_commands;
  position.last_command = std::max(position.last_command, command.id);
  return {};
}

Status TurnWriter::prune_commands(TableWriter& rows, Position& position) {
  if (position.final_commands <= kFinalCommandsMax + kPruneStep) return {};
  std::uint64_t surplus = position.final_commands - kFinalCommandsMax;
  std::vector<std::string> oldest;
  Status scanned = rows.scan(Table::commands, "", Direction::ascending,
                             [&](std::string_view key, std::string_view value) -> Result<bool> {
                               const auto command = decode<Command>(key, value);
                               if (!command) return command.error();
                               if (is_final(command->state)) oldest.emplace_back(key);
                               return oldest.size() < surplus;
                             });
  if (!scanned) return scanned;
  for (const std::string& key : oldest) {
    if (Status done = rows.erase(Table::commands, key); !done) return done;
  }
  position.final_commands -= oldest.size();
  return {};
}

}  // namespace attune::store
