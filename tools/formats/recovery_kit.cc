#include "formats/recovery_kit.h"

#include <algorithm>
#include <sstream>

namespace haki::formats {
namespace {

constexpr std::size_t kWordsPerLine = 4;
constexpr std::size_t kDigitsPerGroup = 8;

std::string numbered_words(const std::string& words) {
  std::istringstream in(words);
  std::string text, word;
  for (std::size_t number = 1; in >> word; ++number) {
    const std::string label = std::to_string(number);
    text += std::string(number % kWordsPerLine == 1 ? 6 - label.size() : 8 - label.size(), ' ') + label + " " + word;
    if (number % kWordsPerLine == 0) text += "\n";
  }
  return text.ends_with('\n') ? text : text + "\n";
}

// So that somebody can compare or type it from paper.
std::string grouped(const std::string& digits) {
  std::string text;
  for (std::size_t at = 0; at < digits.size(); at += kDigitsPerGroup) {
    text += (text.empty() ? "" : " ") + digits.substr(at, kDigitsPerGroup);
  }
  return text;
}

std::string whole_secret_says() {
  return "The words below open the coalition when every lead's device is lost.\n"
         "WHO HAS THIS PAGE CAN READ EVERYTHING THE COALITION EVER RECORDED.\n"
         "Keep it locked away, apart from any device, best in another place.\n"
         "Never photograph it, never type it in but to open the coalition.\n";
}

std::string share_says(const RecoveryKit& kit) {
  const std::string needed = std::to_string(kit.needed), shares = std::to_string(kit.shares);
  if (kit.needed <= 1) {
    return "This is share " + std::to_string(kit.share) + " of " + shares +
           ". EACH SHARE ALONE opens the coalition when every lead's\n"
           "device is lost. Who has this page can read everything it ever recorded.\n"
           "Keep it locked away, apart from any device. Never photograph it.\n";
  }
  return "This is share " + std::to_string(kit.share) + " of " + shares + ". Any " + needed + " of the " + shares +
         " together open the coalition when every\n"
         "lead's device is lost; fewer tell nothing. Keep yours locked away, apart\n"
         "from any device and from the other shares. Never photograph it. Bring it\n"
         "when your lead calls the trustees for a drill, and take it home again.\n";
}

}  // namespace

std::string recovery_page(const RecoveryKit& kit) {
  const std::string rule(78, '-');
  std::string page = "HAKI RECOVERY " + std::string(kit.share == 0 ? "KIT" : "SHARE") + "\n" + rule + "\n";
  page += "Coalition     " + kit.coalition + "\n";
  page += "Its id        " + grouped(kit.coalition_id) + "\n";
  page += "Server        " + kit.server + "\n";
  page += "Signs with    " + grouped(kit.server_sign_key.substr(0, 32)) + "\n";
  page += "              " +
          grouped(kit.server_sign_key.substr(std::min<std::size_t>(32, kit.server_sign_key.size()))) + "\n";
  page += "Exchanges by  " + grouped(kit.server_exchange_key.substr(0, 32)) + "\n";
  page += "              " +
          grouped(kit.server_exchange_key.substr(std::min<std::size_t>(32, kit.server_exchange_key.size()))) + "\n";
  page += "Made          " + kit.made_on + " by " + kit.made_by + "\n" + rule + "\n";
  page += kit.share == 0 ? whole_secret_says() : share_says(kit);
  page += "\n" + numbered_words(kit.words) + "\n";
  page += "The last word checks the others. To use them: a new device, then\n  haki recovery restore\n";
  page += "which asks for the server's address, the id and the words above.\n" + rule + "\n";
  return page;
}

}  // namespace haki::formats
