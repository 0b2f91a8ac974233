// What a monitor is told before a file leaves the device.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "media/media.h"

namespace haki::media {

namespace {

using namespace std::string_view_literals;

struct Word {
  std::string_view code;
  std::string_view text;
};

constexpr std::array kKinds{
    Word{"image/", "A picture"},
    Word{"video/", "A film"},
    Word{"audio/", "A sound recording"},
    Word{"text/", "A text"},
    Word{"application/pdf", "A PDF document"},
    Word{"application/zip", "An archive or an office document"},
    Word{"application/x-ole-storage", "An old office document"},
    Word{"application/rtf", "A text document"},
};

constexpr std::array kRemarks{
    Word{"empty", "It is empty: not a byte is in it."},
    Word{"truncated", "Its end is missing: the recording or the copying broke off."},
    Word{"misnamed", "Its name says another kind of file than its content is."},
    Word{"unreadable", "It cannot be shown, or only in part: it is damaged, or too large to be opened safely."},
    Word{"unknown_kind", "What kind of file it is, is not known."},
};

constexpr std::array kHoldings{
    Word{"place", "It holds data about a place that cannot be read here."},
    Word{"serial_number", "It holds the serial number of the camera or its lens."},
    Word{"person", "It names a person or an owner."},
    Word{"comment", "It holds a title or a comment."},
    Word{"more", "It holds more data of the program or maker that nobody has looked into."},
};

void add_words(const auto& table, const std::vector<std::string>& codes, std::vector<std::string>& sentences) {
  for (const Word& word : table) {
    if (std::find(codes.begin(), codes.end(), word.code) != codes.end()) sentences.emplace_back(word.text);
  }
}

// Five digits: about a metre, as much as a phone knows.
std::string place_in_words(std::pair<double, double> position) {
  const auto [latitude, longitude] = position;
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.5f %s, %.5f %s", std::abs(latitude), latitude < 0 ? "south" : "north",
                std::abs(longitude), longitude < 0 ? "west" : "east");
  return text.data();
}

std::string time_in_words(const std::string& time) {
  const std::string date = time.substr(0, 10), clock = time.substr(11, 8), offset = time.substr(19);
  const std::string zone = offset.empty() ? ", by its own clock" : offset == "Z" ? " UTC" : " (UTC" + offset + ")";
  return date + " at " + clock + zone;
}

std::string kind_in_words(const Facts& facts) {
  const auto* kind = std::find_if(kKinds.begin(), kKinds.end(),
                                  [&](const Word& word) { return facts.media_type.starts_with(word.code); });
  std::string sentence(kind == kKinds.end() ? "A file"sv : kind->text);
  if (kind != kKinds.end()) sentence += " (" + facts.media_type + ")";
  if (facts.width && facts.height)
    sentence += ", " + std::to_string(*facts.width) + " by " + std::to_string(*facts.height) + " pixels";
  return sentence + ".";
}

}  // namespace

std::vector<std::string> in_words(const Facts& facts) {
  std::vector<std::string> sentences;
  if (facts.position) sentences.push_back("It says where it was made: " + place_in_words(*facts.position) + ".");
  if (!facts.captured_at.empty())
    sentences.push_back("It says when it was made: " + time_in_words(facts.captured_at) + ".");
  if (!facts.device.empty()) sentences.push_back("It says with what it was made: " + facts.device + ".");
  add_words(kHoldings, facts.also_holds, sentences);
  const bool is_empty = std::find(facts.remarks.begin(), facts.remarks.end(), "empty") != facts.remarks.end();
  if (!facts.looked_into && !is_empty) {
    sentences.push_back(
        sentences.empty()
            ? "Whether it says where, when and with what it was made is not known: it could not be looked into."
            : "Whether it says more is not known: not all of it could be looked into.");
  } else if (sentences.empty() && !is_empty) {
    sentences.emplace_back("It does not say where, when or with what it was made.");
  }
  sentences.push_back(kind_in_words(facts));
  add_words(kRemarks, facts.remarks, sentences);
  return sentences;
}

}  // namespace haki::media
