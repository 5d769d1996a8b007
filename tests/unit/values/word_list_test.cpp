#include <doctest/doctest.h>

#include <bylaw/values/word_list.hpp>

using namespace bylaw;

TEST_CASE("lists of words, joined by commas") {
  struct Case {
    char const* list;
    std::vector<std::string_view> words;
  };
  for (auto const& c :
       {Case{"", {}}, Case{"pick", {"pick"}}, Case{"pick,pack,ship", {"pick", "pack", "ship"}}, Case{"pick,", {"pick"}}, Case{"a,,b", {"a", "", "b"}}}) {
    CAPTURE(c.list);
    CHECK(split_words(c.list) == c.words);
  }
  CHECK(join_words({}).empty());
  CHECK(join_words({"pick", "pack"}) == "pick,pack");
  CHECK(has_word("pick,pack", "pack"));
  CHECK_FALSE(has_word("pick,packing", "pack"));
  CHECK_FALSE(has_word("", "pack"));
  std::string list;
  for (auto const* word : {"pick", "pack", "pick"}) add_word(list, word);
  CHECK(list == "pick,pack");
}
