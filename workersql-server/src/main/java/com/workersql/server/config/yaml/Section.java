// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config.yaml;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * A mapping that is being read key by key. A fault is noted and reading goes on with the default, so that one run shows
 * every fault of a document; {@link #end()} notes the keys that nobody asked for. Used by one thread.
 */
public final class Section {
    private final String file;
    private final String path;
    private final YamlNode.Mapping mapping;
    private final List<Problem> problems;
    private final Set<String> asked = new LinkedHashSet<>();

    private Section(String file, String path, YamlNode.Mapping mapping, List<Problem> problems) {
        this.file = file;
        this.path = path;
        this.mapping = mapping;
        this.problems = problems;
    }

    /**
     * Begins to read a document.
     *
     * @param file the name that errors carry
     * @param root the document's root
     * @param problems where faults are noted; the caller's list
     */
    public static Section root(String file, YamlNode.Mapping root, List<Problem> problems) {
        return new Section(file, "", root, problems);
    }

    /** Whether the key is there with a value; asks for the key. */
    public boolean has(String key) {
        return value(key) != null;
    }

    /** All keys of this mapping, in order; asks for each of them. */
    public Set<String> names() {
        asked.addAll(mapping.entries().keySet());
        return mapping.entries().keySet();
    }

    /** The text under the key, or the default when the key is absent. */
    public String text(String key, String byDefault) {
        var node = value(key);
        if (node == null) {
            return byDefault;
        }
        if (node instanceof YamlNode.Scalar scalar && !scalar.text().isEmpty()) {
            return scalar.text();
        }
        problem(key, "found " + node.kind() + " where a text is expected");
        return byDefault;
    }

    /** The text under the key; notes a fault and gives an empty text when the key is absent. */
    public String requiredText(String key) {
        if (!has(key)) {
            missing(key);
            return "";
        }
        return text(key, "");
    }

    /** What is made of this mapping's values; notes a fault, and gives the other, when they are refused. */
    public <T> T checked(Supplier<T> make, T otherwise) {
        try {
            return make.get();
        } catch (IllegalArgumentException e) {
            problem(e.getMessage());
            return otherwise;
        }
    }

    /** The whole number under the key, or the setting's default; the setting names the key and the range. */
    public long number(Setting setting) {
        return number(setting.key(), setting.byDefault(), setting.min(), setting.max());
    }

    /** The whole number under the key, or the default when the key is absent. */
    public long number(String key, long byDefault, long min, long max) {
        var node = value(key);
        if (node == null) {
            return byDefault;
        }
        if (!(node instanceof YamlNode.Scalar scalar) || !scalar.text().matches("-?[0-9]{1,18}")) {
            problem(key, "found " + node.kind() + " where a whole number from " + min + " to " + max + " is expected");
            return byDefault;
        }
        long found = Long.parseLong(scalar.text());
        if (found < min || found > max) {
            problem(key, "is " + found + "; allowed are " + min + " to " + max);
            return byDefault;
        }
        return found;
    }

    /** The whole numbers by name under the setting's key, each in its range; an empty map when the key is absent. */
    public Map<String, Integer> numbers(Setting setting) {
        var parent = section(setting.key());
        var numbers = new LinkedHashMap<String, Integer>();
        parent.names()
                .forEach(name -> numbers.put(
                        name, (int) parent.number(name, setting.byDefault(), setting.min(), setting.max())));
        return numbers;
    }

    /** Whether exactly this text stands under the key. */
    public boolean isText(String key, String text) {
        return value(key) instanceof YamlNode.Scalar scalar && scalar.text().equals(text);
    }

    /** True or false under the key, or the default when the key is absent. */
    public boolean flag(String key, boolean byDefault) {
        var node = value(key);
        if (node == null) {
            return byDefault;
        }
        if (node instanceof YamlNode.Scalar scalar) {
            if (scalar.text().equals("true")) {
                return true;
            }
            if (scalar.text().equals("false")) {
                return false;
            }
        }
        problem(key, "found " + node.kind() + " where true or false is expected");
        return byDefault;
    }

    /** One of an enum's constants, written in lower case, or the default when the key is absent. */
    public <E extends Enum<E>> E choice(String key, Class<E> type, E byDefault) {
        var node = value(key);
        if (node == null) {
            return byDefault;
        }
        E found = node instanceof YamlNode.Scalar scalar ? constant(type, scalar.text()) : null;
        if (found == null) {
            problem(key, "found " + node.kind() + "; allowed are " + names(type));
            return byDefault;
        }
        return found;
    }

    /** A list of an enum's constants, written in lower case, or the default when the key is absent. */
    public <E extends Enum<E>> List<E> choices(String key, Class<E> type, List<E> byDefault) {
        if (!has(key)) {
            return byDefault;
        }
        var found = new ArrayList<E>();
        for (var text : texts(key, List.of())) {
            E constant = constant(type, text);
            if (constant == null) {
                problem(key, "found '" + text + "'; allowed are " + names(type));
            } else {
                found.add(constant);
            }
        }
        return found;
    }

    /** A list of texts, or the default when the key is absent. */
    public List<String> texts(String key, List<String> byDefault) {
        var node = value(key);
        if (node == null) {
            return byDefault;
        }
        if (!(node instanceof YamlNode.Sequence sequence)) {
            problem(key, "found " + node.kind() + " where a list is expected");
            return byDefault;
        }
        var texts = new ArrayList<String>();
        for (var item : sequence.items()) {
            if (item instanceof YamlNode.Scalar scalar && !scalar.text().isEmpty()) {
                texts.add(scalar.text());
            } else {
                note(item.line(), item.column(), name(key), "found " + item.kind() + " where a text is expected");
            }
        }
        return texts;
    }

    /** The mapping under the key; an empty one when the key is absent, so that all its defaults apply. */
    public Section section(String key) {
        return child(name(key), value(key), key);
    }

    /** The mappings of the list under the key; an empty list when the key is absent. */
    public List<Section> sections(String key) {
        var node = value(key);
        if (node == null) {
            return List.of();
        }
        if (!(node instanceof YamlNode.Sequence sequence)) {
            problem(key, "found " + node.kind() + " where a list is expected");
            return List.of();
        }
        var sections = new ArrayList<Section>();
        for (int i = 0; i < sequence.items().size(); i++) {
            sections.add(child(name(key) + "[" + i + "]", sequence.items().get(i), key));
        }
        return sections;
    }

    /** The mappings by name under the key, in order; an empty map when the key is absent. */
    public Map<String, Section> namedSections(String key) {
        var parent = section(key);
        var sections = new LinkedHashMap<String, Section>();
        parent.names().forEach(name -> sections.put(name, parent.section(name)));
        return sections;
    }

    /** The node under the key, or null when the key is absent or nothing stands behind it; asks for the key. */
    public YamlNode value(String key) {
        asked.add(key);
        var entry = mapping.entries().get(key);
        return entry == null || (entry.value() instanceof YamlNode.Scalar scalar && scalar.isEmpty())
                ? null
                : entry.value();
    }

    /** Notes a fault of the value under the key. */
    public void problem(String key, String message) {
        var entry = mapping.entries().get(key);
        if (entry == null) {
            problem(name(key) + ": " + message);
        } else {
            note(entry.value().line(), entry.value().column(), name(key), message);
        }
    }

    /**
     * Notes a fault of the value under the key, where there is one.
     *
     * @param message null where there is none
     * @return whether there is one
     */
    public boolean fault(String key, String message) {
        if (message != null) {
            problem(key, message);
        }
        return message != null;
    }

    /** Notes a fault of this mapping as a whole. */
    public void problem(String message) {
        note(mapping.line(), mapping.column(), path, message);
    }

    /** Notes that a key is missing which has no default. */
    public void missing(String key) {
        note(mapping.line(), mapping.column(), name(key), "is missing");
    }

    /** Notes each key that was not asked for; call it when all keys have been read. */
    public void end() {
        mapping.entries().forEach((key, entry) -> {
            if (!asked.contains(key)) {
                note(
                        entry.line(),
                        entry.column(),
                        name(key),
                        "unknown key; allowed here are " + String.join(", ", asked));
            }
        });
    }

    private Section child(String childPath, YamlNode node, String key) {
        if (node instanceof YamlNode.Mapping child) {
            return new Section(file, childPath, child, problems);
        }
        if (node != null) {
            note(node.line(), node.column(), childPath, "found " + node.kind() + " where a mapping is expected");
        }
        var entry = mapping.entries().get(key);
        int line = entry == null ? mapping.line() : entry.line();
        int column = entry == null ? mapping.column() : entry.column();
        return new Section(file, childPath, new YamlNode.Mapping(Map.of(), 0, 0, line, column), problems);
    }

    private String name(String key) {
        return path.isEmpty() ? key : path + "." + key;
    }

    private void note(int line, int column, String key, String message) {
        problems.add(new Problem(file, line, column, key, message));
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String text) {
        for (E constant : type.getEnumConstants()) {
            if (constant.name().toLowerCase(Locale.ROOT).equals(text)) {
                return constant;
            }
        }
        return null;
    }

    private static <E extends Enum<E>> String names(Class<E> type) {
        var names = new ArrayList<String>();
        for (E constant : type.getEnumConstants()) {
            names.add(constant.name().toLowerCase(Locale.ROOT));
        }
        return String.join(", ", names);
    }
}
