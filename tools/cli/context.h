// What a command works with: an open home, what came with its line, and the streams of the person who asked. The
// streams are given by number, so that a command can run in the process that owns the home on behalf of another one.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit_code.h"
#include "cli/output.h"
#include "cli/passphrase.h"
#include "haki/client.h"

namespace haki::cli {

struct Streams {
  int in = 0, out = 1, err = 2;
  bool in_is_terminal = false, out_is_terminal = false, err_is_terminal = false;
  int gone = -1;         // becomes readable when the person who asked has gone; -1: never
  int patience_ms = -1;  // how long an answer is waited for; -1: for ever
};

struct Settings {
  std::string home;
  std::string directory;  // what relative paths start from
  std::string language = "en";
  bool json = false;
  Passphrase passphrase;      // from $HAKI_PASSPHRASE, or as asked for
  Passphrase new_passphrase;  // for the commands that set one
};

class Context {
 public:
  Context(Settings settings, Streams streams, Client* client, std::string prepared)
      : settings_(std::move(settings)), streams_(streams), client_(client), prepared_(std::move(prepared)) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  const Settings& settings() const { return settings_; }
  const Streams& streams() const { return streams_; }
  Client& client();  // precondition: the command's spec says kOpenHome
  // What the command's `prepare` made.
  const std::string& prepared() const { return prepared_; }
  // A path that a person wrote, from where that person is.
  std::string path(const std::string& written) const;

  // Results, on stdout: one value as JSON, or as the text that is made from it.
  using ToText = std::function<std::string(const Output&)>;
  void print(const Output& value, const ToText& to_text);
  // A list: an object a line, or one text for all of them. An empty list prints nothing but `when_empty` on stderr.
  using ListToText = std::function<std::string(const Output::Array&)>;
  void print_list(const Output::Array& values, const ListToText& to_text, std::string_view when_empty);

  // Messages, on stderr: a sentence of ours with a line end added. Safe for a terminal.
  void say(std::string_view sentence);
  // "haki: …"
  void complain(std::string_view sentence);
  // The command line was understood but does not fit: says why, and where help is.
  ExitCode usage(std::string_view sentence, std::string_view command_words);

  // Asks on stderr and reads a line of stdin. Empty optional: input ended, or the person has gone.
  std::optional<std::string> ask(std::string_view question);
  // A bar on a terminal, nothing elsewhere. Call finish_progress() before the next message.
  Progress progress(std::string label);
  void finish_progress();
  // Between two steps of a long command: lets others' commands in this home go first. False: the process that owns the home is to
  // end, so the command ends here.
  bool let_others() { return !others_ || others_(); }
  void set_others(std::function<bool()> others) { others_ = std::move(others); }
  std::size_t columns() const;  // of the terminal that gets the results; 100 where there is none

 private:
  void write(int fd, std::string_view bytes);

  Settings settings_;
  Streams streams_;
  Client* client_;
  std::string prepared_;
  std::function<bool()> others_;
  std::string unread_;  // input after the last line taken
  std::string bar_;     // the progress line on the screen
};

// The language of forms: `asked`, else what the locale says, else English.
std::string language_of(const std::string& asked);

}  // namespace haki::cli
