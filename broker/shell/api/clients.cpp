#include "broker/shell/api/clients.h"

#include <algorithm>
#include <charconv>

namespace attune::api {
namespace {

/// Two numbers with a space between.
std::string bytes_of(Revision revision, Millis heard) {
  return std::to_string(number(revision)) + " " + std::to_string(heard.count());
}

bool read(std::string_view text, std::uint64_t& revision, std::int64_t& heard) {
  const char* end = text.data() + text.size();
  const auto first = std::from_chars(text.data(), end, revision);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != ' ') return false;
  const auto second = std::from_chars(first.ptr + 1, end, heard);
  return second.ec == std::errc() && second.ptr == end;
}

}  // namespace

void Clients::restore(const std::vector<Blob>& blobs) {
  for (const Blob& blob : blobs) {
    std::uint64_t revision = 0;
    std::int64_t heard = 0;
    if (!is_name(blob.key) || !read(blob.bytes, revision, heard)) continue;
    clients_[blob.key] = {Revision{revision}, Millis(heard)};
  }
}

bool Clients::is_name(std::string_view text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
  };
  return !text.empty() && text.size() <= kNameBytesMax &&
         std::all_of(text.begin(), text.end(), plain);
}

void Clients::acknowledge(std::string_view name, Revision revision) {
  if (name.empty()) return;
  const Millis now = ports_.now().steady;
  const auto known = clients_.find(name);
  if (known == clients_.end() && clients_.size() == kClientsMax) {
    drop(std::min_element(clients_.begin(), clients_.end(), [](const auto& a, const auto& b) {
      return a.second.heard < b.second.heard;
    }));
  }
  clients_.insert_or_assign(std::string(name), Client{revision, now});
  ports_.keep(
      {{Blob{std::string(kSpace), std::string(name), bytes_of(revision, now)}, /*erase=*/false}});
}

std::optional<Revision> Clients::held() {
  const Millis now = ports_.now().steady;
  std::optional<Revision> lowest;
  for (auto client = clients_.begin(); client != clients_.end();) {
    const auto here = client++;
    if (now - here->second.heard > kForgetAfter) {
      drop(here);
    } else if (!lowest || here->second.revision < *lowest) {
      lowest = here->second.revision;
    }
  }
  return lowest;
}

void Clients::drop(std::map<std::string, Client, std::less<>>::iterator client) {
  ports_.keep({{Blob{std::string(kSpace), client->first, ""}, /*erase=*/true}});
  clients_.erase(client);
}

}  // namespace attune::api
