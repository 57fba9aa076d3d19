#include "store/history/group.h"

#include <algorithm>

#include "store/codec.h"
#include "store/history/bytes.h"

namespace attune::store::history {
namespace {

/// Two values of this size fill a page of 4 KiB; a larger one would take pages of its own.
constexpr std::size_t kChunkBytes = 1'980;
constexpr std::uint64_t kPackedBytesMax = 64 * 1024;

/// Puts `stream` in pieces under `prefix` and a running number. Answers the bytes put.
Result<std::uint64_t> put_chunks(TableWriter& tables, const Key& prefix, std::string_view stream) {
  std::string frame;
  std::uint64_t bytes = 0;
  for (std::uint32_t part = 0; !stream.empty(); ++part) {
    const std::string_view piece = stream.substr(0, kChunkBytes);
    stream.remove_prefix(piece.size());
    Key key = prefix;
    key << part;
    begin_frame(Table::history, frame);
    frame.append(piece);
    seal_frame(frame);
    bytes += key.text().size() + frame.size();
    if (Status put = tables.put(Table::history, key.text(), frame); !put) return put.error();
  }
  return bytes;
}

/// Appends a piece, whose number behind `skip` bytes of its key must be `part`.
Status take_chunk(std::string_view key, std::string_view value, std::size_t skip,
                  std::uint32_t part, std::string& stream) {
  if (key.size() != skip + 4 || key_number(key, skip, 0) != part) {
    return corrupt(Table::history, key, "follows a piece that is missing");
  }
  const auto payload = frame_payload(Table::history, key, value);
  if (!payload) return payload.error();
  stream.append(*payload);
  return {};
}

bool read_group(std::string_view stream, GroupId group, OpenGroup& out) {
  ByteReader reader(stream);
  out.covered = Revision{reader.uint()};
  out.carried = static_cast<Day>(reader.uint(UINT32_MAX));
  for (std::uint64_t left = reader.uint(kGroupSeries); left > 0; --left) {
    const auto id = group * kGroupSeries + static_cast<SeriesId>(reader.uint(kGroupSeries - 1));
    const std::string_view bytes = reader.bytes(reader.uint(kPackedBytesMax));
    const bool ascends = out.series.empty() || out.series.back().first < id;
    if (!reader.ok() || !ascends || !is_packed_series(bytes)) return false;
    out.series.emplace_back(id, bytes);
  }
  return reader.done();
}

Status erase_chunks(TableWriter& tables, const Key& prefix, std::uint32_t from) {
  std::vector<std::string> surplus;
  Key first = prefix;
  first << from;
  Status scanned = tables.scan(Table::history, first.text(), Direction::ascending,
                               [&](std::string_view key, std::string_view) -> Result<bool> {
                                 if (!key.starts_with(prefix.text())) return false;
                                 surplus.emplace_back(key);
                                 return true;
                               });
  if (!scanned) return scanned;
  for (const std::string& key : surplus) {
    if (Status gone = tables.erase(Table::history, key); !gone) return gone;
  }
  return {};
}

}  // namespace

Status write_open(TableWriter& tables, GroupId group, const OpenGroup& rows) {
  std::string stream;
  put_uint(stream, number(rows.covered));
  put_uint(stream, rows.carried);
  put_uint(stream, rows.series.size());
  for (const auto& [id, bytes] : rows.series) {
    put_uint(stream, id % kGroupSeries);
    put_uint(stream, bytes.size());
    stream.append(bytes);
  }
  Key prefix(Kind::open);
  prefix << group;
  const auto put = put_chunks(tables, prefix, stream);
  if (!put) return put.error();
  const auto parts = static_cast<std::uint32_t>((stream.size() + kChunkBytes - 1) / kChunkBytes);
  return erase_chunks(tables, prefix, parts);
}

Result<std::vector<std::pair<GroupId, OpenGroup>>> read_open(const TableReader& tables) {
  std::vector<std::pair<GroupId, std::string>> streams;
  std::uint32_t part = 0;
  const std::string prefix = Key(Kind::open).text();
  Status scanned = tables.scan(Table::history, prefix, Direction::ascending,
                               [&](std::string_view key, std::string_view value) -> Result<bool> {
                                 if (!key.starts_with(prefix)) return false;
                                 const GroupId group = key_number(key, 1, 0);
                                 if (streams.empty() || streams.back().first != group) {
                                   streams.emplace_back(group, std::string());
                                   part = 0;
                                 }
                                 Status taken =
                                     take_chunk(key, value, 5, part++, streams.back().second);
                                 if (!taken) return taken.error();
                                 return true;
                               });
  if (!scanned) return scanned.error();
  std::vector<std::pair<GroupId, OpenGroup>> groups;
  for (const auto& [group, stream] : streams) {
    groups.emplace_back(group, OpenGroup());
    if (read_group(stream, group, groups.back().second)) continue;
    Key key(Kind::open);
    key << group;
    return corrupt(Table::history, key.text(), "cannot be read");
  }
  return groups;
}

Result<std::uint64_t> write_carry(TableWriter& tables, Day day, GroupId group, const Carry& carry) {
  std::string stream;
  put_uint(stream, carry.size());
  for (const auto& [id, held] : carry) {
    put_uint(stream, id % kGroupSeries);
    put_held(stream, held);
  }
  Key prefix(Kind::carry);
  prefix << day << group;
  return put_chunks(tables, prefix, stream);
}

Result<Carry> read_carry(const TableReader& tables, Day day, GroupId group) {
  Key prefix(Kind::carry);
  prefix << day << group;
  std::string stream;
  std::uint32_t part = 0;
  Status scanned = tables.scan(Table::history, prefix.text(), Direction::ascending,
                               [&](std::string_view key, std::string_view value) -> Result<bool> {
                                 if (!key.starts_with(prefix.text())) return false;
                                 Status taken = take_chunk(key, value, 9, part++, stream);
                                 if (!taken) return taken.error();
                                 return true;
                               });
  if (!scanned) return scanned.error();
  Carry carry;
  if (stream.empty()) return carry;
  ByteReader reader(stream);
  for (std::uint64_t left = reader.uint(kGroupSeries); left > 0 && reader.ok(); --left) {
    const auto id = group * kGroupSeries + static_cast<SeriesId>(reader.uint(kGroupSeries - 1));
    carry.emplace_back(id, take_held(reader));
  }
  if (!reader.done()) return corrupt(Table::history, prefix.text(), "cannot be read");
  return carry;
}

}  // namespace attune::store::history
