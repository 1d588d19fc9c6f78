#include "common/digest/sha256.h"

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>

#include "absl/strings/escaping.h"

namespace throughline {

namespace {

// Found once: OpenSSL looks an algorithm up by name, under locks, wherever it is not told which
// implementation to take.
const EVP_MD* Sha256() {
  static const EVP_MD* const found = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return found == nullptr ? EVP_sha256() : found;
}

}  // namespace

std::string Sha256Hex(std::initializer_list<absl::string_view> parts) {
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(),
                                                                       &EVP_MD_CTX_free);
  EVP_DigestInit_ex(digest.get(), Sha256(), nullptr);
  for (const absl::string_view part : parts) {
    std::array<unsigned char, 8> length;
    for (size_t i = 0; i < length.size(); ++i) {
      length[i] = static_cast<unsigned char>(uint64_t{part.size()} >> (8 * i));
    }
    EVP_DigestUpdate(digest.get(), length.data(), length.size());
    EVP_DigestUpdate(digest.get(), part.data(), part.size());
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes;
  unsigned int size = 0;
  EVP_DigestFinal_ex(digest.get(), bytes.data(), &size);
  return absl::BytesToHexString(
      absl::string_view(reinterpret_cast<const char*>(bytes.data()), size));
}

}  // namespace throughline
