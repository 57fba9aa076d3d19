#include "store/queries.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "store/turn_writer.h"

namespace attune::store {
namespace {

/// The one record of a kind that meta holds.
template <class R>
Result<R> read_single(const TableReader& tables) {
  std::string key;
  encode_key(R{}, key);
  auto value = tables.get(kTableOf<R>, key);
  if (!value) return value.error();
  if (!*value) return corrupt(kTableOf<R>, key, "is missing");
  return decode<R>(key, **value);
}

/// Every row of R's table in order; `take` gets them one by one.
template <class R, class Take>
Status read_all(const TableReader& tables, Take take) {
  std::uint64_t seen = 0;
  Status scanned = tables.scan(kTableOf<R>, "", Direction::ascending,
                               [&](std::string_view key, std::string_view value) -> Result<bool> {
                                 auto row = decode<R>(key, value);
                                 if (!row) return row.error();
                                 ++seen;
                                 take(std::move(*row));
                                 return true;
                               });
  if (!scanned) return scanned;
  const auto counted = tables.size(kTableOf<R>);
  if (!counted) return counted.error();
  if (seen == *counted) return {};
  return Error{"corrupt",
               fmt::format("{} shows {} rows but counts {}", name(kTableOf<R>), seen, *counted)};
}

template <class R>
Status read_into(const TableReader& tables, std::vector<R>& rows) {
  return read_all<R>(tables, [&rows](R&& row) { rows.push_back(std::move(row)); });
}

Status read_commands(const TableReader& tables, const Position& position, Recovered& out) {
  std::uint64_t finals = 0;
  Status read = read_all<Command>(tables, [&](Command&& command) {
    if (is_final(command.state)) {
      ++finals;
    } else {
      out.commands.push_back(std::move(command));
    }
  });
  if (!read || finals == position.final_commands) return read;
  return Error{"corrupt", fmt::format("commands holds {} final rows, meta/position counts {}",
                                      finals, position.final_commands)};
}

Status read_rows(const TableReader& tables, const Position& position, Recovered& out) {
  if (Status read = read_into(tables, out.state); !read) return read;
  if (Status read = read_commands(tables, position, out); !read) return read;
  if (Status read = read_into(tables, out.claims); !read) return read;
  if (Status read = read_into(tables, out.bases); !read) return read;
  if (Status read = read_into(tables, out.rules); !read) return read;
  if (Status read = read_into(tables, out.timers); !read) return read;
  return read_into(tables, out.tombstones);
}

}  // namespace

Result<std::uint8_t> read_format(const TableReader& tables) {
  std::string key;
  encode_key(Identity{}, key);
  const auto value = tables.get(Table::meta, key);
  if (!value) return value.error();
  if (!*value) return corrupt(Table::meta, key, "is missing");
  return format_of(Table::meta, key, **value);
}

Result<JournalLength> read_journal(const TableReader& tables, Layer& waiting) {
  JournalLength length;
  const auto visit = [&](std::string_view key, std::string_view value) -> Result<bool> {
    auto entry = decode<JournalEntry>(key, value);
    if (!entry) return entry.error();
    length.bytes += value.size();
    if (entry->number != ++length.entries) return corrupt(Table::journal, key, "follows a gap");
    waiting.merge(std::move(entry->rows));
    return true;
  };
  if (Status read = tables.scan(Table::journal, "", Direction::ascending, visit); !read) {
    return read.error();
  }
  const auto counted = tables.size(Table::journal);
  if (!counted) return counted.error();
  if (*counted == length.entries) return length;
  return Error{"corrupt",
               fmt::format("journal shows {} rows but counts {}", length.entries, *counted)};
}

Result<Identity> read_identity(const TableReader& tables) {
  return read_single<Identity>(tables);
}
Result<Position> read_position(const TableReader& tables) {
  return read_single<Position>(tables);
}

Result<Recovered> read_recovered(const TableReader& tables, const Identity& identity,
                                 const Position& position) {
  Recovered out;
  out.store_uuid = identity.uuid;
  out.incarnation = identity.incarnation;
  out.head = position.head;
  out.next = next_revision(position);
  out.clean = position.clean;
  out.at = position.at;
  out.inbox = position.inbox;
  out.last_command = position.last_command;
  if (Status read = read_rows(tables, position, out); !read) return read.error();
  auto tail = read_log_after(tables, position, position.folded_through,
                             std::numeric_limits<std::size_t>::max());
  if (!tail) return tail.error();
  out.tail = std::move(*tail);
  return out;
}

Result<std::vector<Change>> read_log_after(const TableReader& tables, const Position& position,
                                           Revision after, std::size_t max) {
  std::vector<Change> found;
  Revision last = std::max(after, position.floor);
  if (max == 0 || last >= position.head) return found;
  std::string from;
  encode_number_key(number(last) + 1, from);
  const Revision begin = last;
  const auto visit = [&](std::string_view key, std::string_view value) -> Result<bool> {
    auto entry = decode<LogEntry>(key, value);
    if (!entry) return entry.error();
    const bool follows = found.empty() ? entry->before <= begin : entry->before == last;
    if (!follows) return corrupt(Table::log, key, "follows an entry that is missing");
    last = entry->change.revision;
    found.push_back(std::move(entry->change));
    return found.size() < max;
  };
  if (Status read = tables.scan(Table::log, from, Direction::ascending, visit); !read) {
    return read.error();
  }
  if (found.size() < max && last != position.head) {
    encode_number_key(number(position.head), from);
    return corrupt(Table::log, from, "is the head and is missing");
  }
  return found;
}

Result<std::vector<Change>> read_log_newest(const TableReader& tables, std::size_t max) {
  std::vector<Change> found;
  if (max == 0) return found;
  Revision expected{};
  const auto visit = [&](std::string_view key, std::string_view value) -> Result<bool> {
    auto entry = decode<LogEntry>(key, value);
    if (!entry) return entry.error();
    if (!found.empty() && entry->change.revision != expected) {
      return corrupt(Table::log, key, "is followed by an entry that follows another");
    }
    expected = entry->before;
    found.push_back(std::move(entry->change));
    return found.size() < max;
  };
  if (Status read = tables.scan(Table::log, "", Direction::descending, visit); !read) {
    return read.error();
  }
  std::reverse(found.begin(), found.end());
  return found;
}

Result<std::optional<Change>> read_change(const TableReader& tables, Revision revision) {
  std::string key;
  encode_number_key(number(revision), key);
  auto value = tables.get(Table::log, key);
  if (!value) return value.error();
  if (!*value) return std::optional<Change>();
  auto entry = decode<LogEntry>(key, **value);
  if (!entry) return entry.error();
  return std::optional<Change>(std::move(entry->change));
}

Result<std::vector<Command>> read_finished(const TableReader& tables, const std::string& path,
                                           std::size_t max) {
  std::vector<Command> found;
  if (max == 0) return found;
  const auto visit = [&](std::string_view key, std::string_view value) -> Result<bool> {
    auto command = decode<Command>(key, value);
    if (!command) return command.error();
    const bool asked = path.empty() || command->path.text() == path;
    if (asked && is_final(command->state)) found.push_back(std::move(*command));
    return found.size() < max;
  };
  if (Status read = tables.scan(Table::commands, "", Direction::descending, visit); !read) {
    return read.error();
  }
  return found;
}

Result<std::vector<Blob>> read_blobs(const TableReader& tables, const std::string& space) {
  std::vector<Blob> found;
  const std::string prefix = blob_prefix(space);
  const auto visit = [&](std::string_view key, std::string_view value) -> Result<bool> {
    if (!key.starts_with(prefix)) return false;
    auto blob = decode<Blob>(key, value);
    if (!blob) return blob.error();
    found.push_back(std::move(*blob));
    return true;
  };
  if (Status read = tables.scan(Table::blobs, prefix, Direction::ascending, visit); !read) {
    return read.error();
  }
  // Keys that were cut stand by their hash, not by their end.
  std::sort(found.begin(), found.end(), [](const Blob& a, const Blob& b) { return a.key < b.key; });
  return found;
}

}  // namespace attune::store
