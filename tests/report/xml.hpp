#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace neuronsmith::report::testing {

/// What is not well-formed in a piece of XML; empty when all is. Covers what reports are made of:
/// tags, quoted attributes, the five entities, numeric references, one or several roots.
class XmlCheck {
 public:
  static std::string problem(std::string_view xml) { return XmlCheck(xml).run(); }

 private:
  explicit XmlCheck(std::string_view xml) : xml_(xml) {}

  std::string run() {
    if (xml_.starts_with("<!DOCTYPE html>")) at_ = 15;
    while (at_ < xml_.size() && problem_.empty()) {
      xml_[at_] == '<' ? take_tag() : take_text('<', false);
    }
    if (problem_.empty() && !open_.empty()) fail("<" + open_.back() + "> is not closed");
    return problem_;
  }

  void fail(const std::string& what) {
    if (problem_.empty()) {
      problem_ = what + " before: " + std::string(xml_.substr(std::min(at_, xml_.size()), 80));
    }
  }

  static bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == ':';
  }

  std::string take_name() {
    const std::size_t begin = at_;
    while (at_ < xml_.size() && is_name(xml_[at_])) ++at_;
    if (at_ == begin) fail("a name is missing");
    return std::string(xml_.substr(begin, at_ - begin));
  }

  /// Text up to `end`; in attributes it must come.
  void take_text(char end, bool is_required) {
    while (at_ < xml_.size() && xml_[at_] != end && problem_.empty()) {
      const char c = xml_[at_];
      if (c == '<') fail("< stands in a text");
      if (c == '&') take_entity();
      if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t')
        fail("a control character");
      ++at_;
    }
    if (is_required && at_ >= xml_.size()) fail("a quote is not closed");
  }

  void take_entity() {
    const std::size_t end = xml_.find(';', at_);
    const std::string_view name =
        end == std::string_view::npos ? "" : xml_.substr(at_ + 1, end - at_ - 1);
    const bool is_known = name == "amp" || name == "lt" || name == "gt" || name == "quot" ||
                          name == "apos" || (name.size() > 1 && name[0] == '#');
    if (!is_known) fail("an entity that XML does not know");
  }

  void skip_space() {
    while (at_ < xml_.size() && (xml_[at_] == ' ' || xml_[at_] == '\n')) ++at_;
  }

  bool take(std::string_view text) {
    if (!xml_.substr(at_).starts_with(text)) return false;
    at_ += text.size();
    return true;
  }

  void take_attributes() {
    std::vector<std::string> names;
    for (skip_space(); at_ < xml_.size() && is_name(xml_[at_]) && problem_.empty(); skip_space()) {
      const std::string name = take_name();
      for (const std::string& other : names) {
        if (other == name) fail("attribute " + name + " stands twice");
      }
      names.push_back(name);
      if (!take("=\"")) fail("attribute " + name + " has no quoted value");
      take_text('"', true);
      if (problem_.empty()) ++at_;
    }
  }

  void take_tag() {
    if (take("</")) {
      const std::string name = take_name();
      if (open_.empty() || open_.back() != name) fail("</" + name + "> closes nothing");
      if (!open_.empty()) open_.pop_back();
      if (!take(">")) fail("> is missing");
      return;
    }
    take("<");
    const std::string name = take_name();
    take_attributes();
    if (take("/>")) return;
    if (!take(">")) fail("> is missing");
    open_.push_back(name);
  }

  std::string_view xml_;
  std::size_t at_ = 0;
  std::vector<std::string> open_;
  std::string problem_;
};

/// All elements of that name, tags included, in order; not nested in one another.
inline std::vector<std::string> elements(const std::string& xml, const std::string& name) {
  std::vector<std::string> result;
  const std::string end_tag = "</" + name + ">";
  for (std::size_t at = 0; (at = xml.find("<" + name, at)) != std::string::npos;) {
    const char after = xml[at + name.size() + 1];
    const std::size_t end = xml.find(end_tag, at);
    if (end == std::string::npos) break;
    if (after == ' ' || after == '>') result.push_back(xml.substr(at, end + end_tag.size() - at));
    at += name.size() + 1;
  }
  return result;
}

inline std::size_t count(const std::string& text, const std::string& part) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++n;
  return n;
}

}  // namespace neuronsmith::report::testing
