#include "ptx.h"
#include <algorithm>
#include <map>
#include <regex>
#include <stdexcept>

namespace standin {

namespace {

[[noreturn]] void reject(const std::string &text, size_t at, const std::string &what)
{
    auto line = 1 + std::count(text.begin(), text.begin() + (long)std::min(at, text.size()), '\n');
    throw std::runtime_error("ptxas application ptx input, line " + std::to_string(line) + "; fatal   : " + what);
}

size_t size_of(const std::string &type)
{
    static const std::map<std::string, size_t> sizes = {{"u8", 1}, {"s8", 1}, {"b8", 1}, {"u16", 2}, {"s16", 2}, {"b16", 2}, {"u32", 4}, {"s32", 4},
        {"b32", 4}, {"f32", 4}, {"u64", 8}, {"s64", 8}, {"b64", 8}, {"f64", 8}};
    auto found = sizes.find(type);
    return found == sizes.end() ? 0 : found->second;
}

// Line by line, as they were: comments must not hide names, and lines keep their numbers.
std::string without_comments(std::string text)
{
    for (size_t i = 0; (i = text.find("//", i)) != std::string::npos;)
        for (; i < text.size() && text[i] != '\n'; i++) text[i] = ' ';
    return text;
}

size_t closing(const std::string &text, size_t open)
{
    auto depth = 0;
    for (auto i = open; i < text.size(); i++)
    {
        if (text[i] == '{') depth++;
        if (text[i] == '}' && --depth == 0) return i;
    }
    reject(text, text.size(), "Parsing error near '': syntax error");
}

int match(const std::string &text, const char *pattern, std::smatch &found) { return std::regex_search(text, found, std::regex(pattern)); }

std::map<std::string, size_t> shared_arrays(const std::string &text)
{
    std::map<std::string, size_t> arrays;
    static const std::regex array(R"(\.shared\s+(?:\.align\s+\d+\s+)?\.(\w+)\s+([\w$]+)(?:\[(\d+)\])?\s*;)");
    for (std::sregex_iterator i(text.begin(), text.end(), array), end; i != end; ++i)
        arrays[(*i)[2]] = size_of((*i)[1]) * ((*i)[3].matched ? std::stoul((*i)[3]) : 1);
    return arrays;
}

}

Ptx parse_ptx(const std::string &source)
{
    auto text = without_comments(source);
    Ptx ptx;
    std::smatch found;
    if (!match(text, R"(^\s*\.version\s+(\d+)\.(\d+))", found))
        reject(text, text.find_first_not_of(" \t\n\r"), "Missing .version directive at start of file");
    ptx.version = std::stoi(found[1]) * 10 + std::stoi(found[2]);
    if (!match(text, R"(\.target\s+sm_(\d+)(a?))", found)) reject(text, 0, "Missing .target directive");
    ptx.target = std::stoi(found[1]);
    ptx.exact = found[2].length() > 0;

    auto arrays = shared_arrays(text);
    static const std::regex head(R"(\.entry\s+([\w$]+)\s*\(([^)]*)\)([^{]*)\{)");
    static const std::regex parameter(R"(\.param\s+(?:\.align\s+\d+\s+)?\.(\w+)\s+(?:\.ptr[^,\[]*\s)?([\w$]+)(?:\[(\d+)\])?)");
    for (std::sregex_iterator i(text.begin(), text.end(), head), end; i != end; ++i)
    {
        Entry entry;
        entry.name = (*i)[1];
        auto list = (*i)[2].str(), limits = (*i)[3].str();
        for (std::sregex_iterator p(list.begin(), list.end(), parameter), none; p != none; ++p)
            entry.sizes.push_back(size_of((*p)[1]) * ((*p)[3].matched ? std::stoul((*p)[3]) : 1));
        if (match(limits, R"(\.(?:maxntid|reqntid)\s+(\d+))", found)) entry.threads = std::stoi(found[1]);
        auto open = (size_t)i->position() + i->length() - 1;
        auto body = text.substr(open, closing(text, open) - open);
        for (auto &[name, bytes] : arrays)
            if (body.find(name) != std::string::npos) entry.shared += bytes;
        ptx.entries.push_back(entry);
    }
    if (std::count(text.begin(), text.end(), '{') != std::count(text.begin(), text.end(), '}'))
        reject(text, text.size(), "Parsing error near '': syntax error");
    return ptx;
}

}
