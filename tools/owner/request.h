// What one process asks of the owner of a home: to run a command line as if it had been run where the asking one sits.
//
// On the socket: u32 length (little-endian), then that many bytes, a list of texts of u32 length each. With the first
// byte come four descriptors: input, output, errors, and what the command prepared. The answer is bytes of kAnswer*.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "haki/result.h"
#include "haki/secret_text.h"

namespace haki::owner {

inline constexpr std::size_t kRequestBytesMax = 1024 * 1024;
inline constexpr std::size_t kRequestWordsMax = 16 * 1024;
inline constexpr std::size_t kRequestDescriptors = 4;

struct Request {
  std::string home;       // its real path
  std::string directory;  // where the person is
  std::string language;
  SecretText passphrase;
  bool has_passphrase = false;
  SecretText new_passphrase;  // for the commands that set one
  bool in_is_terminal = false, out_is_terminal = false, err_is_terminal = false;
  std::vector<std::string> words;  // after the program's name
};

// kTooLarge above kRequestBytesMax or kRequestWordsMax words.
Result<std::string> encode(const Request& request);
// Of what encode made, without the length in front; kInvalid for anything else.
Result<Request> decode(std::string_view bytes);

// Overwrites a buffer that held a secret, all of its capacity.
void wipe(std::string& secret);

// Answers. kStarted comes before one of the others; kExit is followed by the exit code.
inline constexpr char kAnswerStarted = 'S';
inline constexpr char kAnswerExit = 'X';
inline constexpr char kAnswerNeedsPassphrase = 'P';
inline constexpr char kAnswerGone = 'G';     // the owner is closing: ask again, or own the home yourself
inline constexpr char kAnswerRefused = 'R';  // not a request it can read, or another home

}  // namespace haki::owner
