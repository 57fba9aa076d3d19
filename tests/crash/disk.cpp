#include "tests/crash/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace attune::crash {
namespace {

using Kind = Event::Kind;
constexpr std::uint32_t kFolder = ~std::uint32_t{0};

std::string folder_of(const std::string& name) {
  const auto slash = name.rfind('/');
  return slash == std::string::npos ? "" : name.substr(0, slash);
}

void overwrite(std::string& bytes, std::uint64_t at, const std::string& with) {
  if (bytes.size() < at + with.size()) bytes.resize(at + with.size(), '\0');
  bytes.replace(at, with.size(), with);
}

/// Spreads a number over all bits (splitmix64's last step).
std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
  return x ^ (x >> 31);
}

void require(bool done, const std::string& what) {
  if (done) return;
  std::perror(what.c_str());
  std::abort();
}

void write_file(const std::string& path, const std::string& bytes, std::uint64_t length) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  require(fd >= 0, path);
  const std::size_t size = std::min<std::size_t>(bytes.size(), length);
  require(::pwrite(fd, bytes.data(), size, 0) == static_cast<ssize_t>(size), path);
  require(::ftruncate(fd, static_cast<off_t>(length)) == 0, path);
  ::close(fd);
}

}  // namespace

void Disk::apply(const Event& event) {
  switch (event.kind) {
    case Kind::write:
      return write(event);
    case Kind::length:
      files_[event.file].lengths.push_back(event.at);
      return;
    case Kind::make_file:
    case Kind::make_folder:
    case Kind::rename:
    case Kind::remove:
      names_.push_back(event);
      return;
    case Kind::flush_file:
      if (!skip_.files) flush_file(event.file);
      return;
    case Kind::flush_write:
      if (!skip_.writes) flush_write();
      return;
    case Kind::flush_folder:
      if (!skip_.folders) flush_folder(event.name);
      return;
    case Kind::begun:
    case Kind::done:
      return;
  }
}

void Disk::write(const Event& event) {
  ++writes_;
  last_write_begins_ = sectors_.size();
  for (std::uint64_t done = 0; done < event.bytes.size();) {
    const std::uint64_t at = event.at + done;
    const std::uint64_t size =
        std::min<std::uint64_t>(kSectorBytes - at % kSectorBytes, event.bytes.size() - done);
    sectors_.push_back({event.file, writes_, at, event.bytes.substr(done, size)});
    done += size;
  }
}

void Disk::make_durable(const Sector& sector) {
  File& file = files_[sector.file];
  overwrite(file.bytes, sector.at, sector.bytes);
  file.length = std::max(file.length, sector.at + sector.bytes.size());
}

void Disk::flush_file(std::uint32_t number) {
  File& file = files_[number];
  std::erase_if(sectors_, [&](const Sector& sector) {
    if (sector.file != number) return false;
    make_durable(sector);
    return true;
  });
  if (!file.lengths.empty()) file.length = std::max(file.lengths.back(), file.bytes.size());
  file.lengths.clear();
}

void Disk::flush_write() {
  const std::vector<Sector> written(sectors_.begin() + static_cast<long>(last_write_begins_),
                                    sectors_.end());
  // A sector is flushed with all that was written to it before.
  std::erase_if(sectors_, [&](const Sector& sector) {
    const bool flushed = std::any_of(written.begin(), written.end(), [&](const Sector& other) {
      return other.file == sector.file && other.at / kSectorBytes == sector.at / kSectorBytes;
    });
    if (flushed) make_durable(sector);
    return flushed;
  });
}

void Disk::flush_folder(const std::string& folder) {
  std::erase_if(names_, [&](const Event& change) {
    if (folder_of(change.name) != folder) return false;
    rename(durable_names_, change);
    return true;
  });
}

void Disk::rename(Names& names, const Event& event) {
  if (event.kind == Kind::make_file) names[event.name] = event.file;
  if (event.kind == Kind::make_folder) names[event.name] = kFolder;
  if (event.kind == Kind::rename) names[event.to] = names[event.name];
  if (event.kind == Kind::rename || event.kind == Kind::remove) names.erase(event.name);
}

/// The order of what waits is the disk's to choose: from one write lost to any set of sectors.
std::vector<bool> Disk::choose(std::mt19937_64& dice) const {
  std::vector<bool> kept(sectors_.size());
  if (kept.empty()) return kept;
  const std::size_t first = sectors_.front().write;
  const std::size_t writes = sectors_.back().write - first + 1;
  const std::size_t chosen = dice() % writes;     // a write,
  const std::size_t torn = dice() % kept.size();  // a sector,
  const std::uint64_t odds = 1 + dice() % 7;      // and of eight sets, how many are kept
  const std::uint64_t salt = dice();
  const std::uint64_t way = dice() % 10;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    const std::size_t write = sectors_[i].write - first;
    switch (way) {
      case 0:  // nothing reached the disk
        break;
      case 1:  // everything did
        kept[i] = true;
        break;
      case 2:  // all but one write
        kept[i] = write != chosen;
        break;
      case 3:  // one write alone
        kept[i] = write == chosen;
        break;
      case 4:  // in order, until one is torn
        kept[i] = i < torn;
        break;
      case 5:  // from the last one back, until one is torn
        kept[i] = i >= torn;
        break;
      case 6:  // all but one sector
        kept[i] = i != torn;
        break;
      case 7:  // any set of writes
        kept[i] = mixed(salt + write) % 8 < odds;
        break;
      default:  // any set of sectors
        kept[i] = dice() % 8 < odds;
    }
  }
  return kept;
}

std::uint64_t Disk::end_of(std::uint32_t file, const std::vector<bool>& kept) const {
  std::uint64_t end = 0;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (!kept[i] || sectors_[i].file != file) continue;
    end = std::max(end, sectors_[i].at + sectors_[i].bytes.size());
  }
  return end;
}

Cut Disk::cut(std::mt19937_64& dice) const {
  Cut cut{choose(dice), {}, dice() % (names_.size() + 1)};
  for (const auto& [number, file] : files_) {
    const std::size_t changes = dice() % (file.lengths.size() + 1);
    const std::uint64_t length = changes == 0 ? file.length : file.lengths[changes - 1];
    // What was kept behind the end is lost unless the file grew with it.
    const bool grew = dice() % 2 == 0;
    cut.lengths[number] = grew ? std::max(length, end_of(number, cut.sectors)) : length;
  }
  return cut;
}

Cut Disk::nothing_lost() const {
  Cut cut{std::vector<bool>(sectors_.size(), true), {}, names_.size()};
  for (const auto& [number, file] : files_) {
    const std::uint64_t length = file.lengths.empty() ? file.length : file.lengths.back();
    cut.lengths[number] = std::max(length, end_of(number, cut.sectors));
  }
  return cut;
}

void Disk::build(const Cut& cut, const std::string& folder) const {
  Names names = durable_names_;
  for (std::size_t i = 0; i < cut.names; ++i) rename(names, names_[i]);
  for (const auto& [name, number] : names) {  // a folder comes before what is in it
    const std::string parent = folder_of(name);
    const std::string path = folder + "/" + name;
    if (!parent.empty() && !names.contains(parent)) continue;
    if (number == kFolder) {
      require(::mkdir(path.c_str(), 0700) == 0, path);
      continue;
    }
    const auto found = files_.find(number);
    std::string bytes = found == files_.end() ? "" : found->second.bytes;
    const auto length = cut.lengths.find(number);
    for (std::size_t i = 0; i < cut.sectors.size(); ++i) {
      const Sector& sector = sectors_[i];
      if (cut.sectors[i] && sector.file == number) overwrite(bytes, sector.at, sector.bytes);
    }
    write_file(path, bytes, length == cut.lengths.end() ? 0 : length->second);
  }
}

}  // namespace attune::crash
