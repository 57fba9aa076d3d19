#pragma once
#include <cstdint>
#include <string_view>

/// CRC32C (Castagnoli): with the processor's instruction where it has one, else by table.
namespace attune::store {

/// Continues `crc` (0 to begin) over `bytes`: crc32c(crc32c(0, a), b) == crc32c(0, a + b).
[[nodiscard]] std::uint32_t crc32c(std::uint32_t crc, std::string_view bytes);

/// The same by table, on every processor; the measure that the fast one is tested against.
[[nodiscard]] std::uint32_t crc32c_portable(std::uint32_t crc, std::string_view bytes);

}  // namespace attune::store
