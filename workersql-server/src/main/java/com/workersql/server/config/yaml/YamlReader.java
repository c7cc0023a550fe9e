// SPDX-License-Identifier: Apache-2.0
package com.workersql.server.config.yaml;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.AliasEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.events.NodeEvent;
import org.snakeyaml.engine.v2.events.ScalarEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads one YAML document into {@link YamlNode}s. Tags, anchors, aliases, duplicate keys and keys that are no text are
 * refused: none of them is needed in a configuration, and each is a way to make a small file mean something large or
 * something else than it shows.
 */
public final class YamlReader {
    /** The largest document, in code points: room for a store of 100,000 users. */
    public static final int MAX_CODE_POINTS = 64 * 1024 * 1024;

    /** The deepest nesting. */
    public static final int MAX_DEPTH = 32;

    private final String file;
    private final Iterator<Event> events;

    private YamlReader(String file, String text) {
        this.file = file;
        var settings = LoadSettings.builder()
                .setLabel(file)
                .setCodePointLimit(MAX_CODE_POINTS)
                .build();
        this.events = new Parse(settings).parseString(text).iterator();
    }

    /**
     * Reads a document.
     *
     * @param file the name that errors carry
     * @param text the document's text
     * @return the document's root; an empty mapping when the document is empty
     * @throws DocumentException when the text is no YAML, is no mapping, or uses what is refused here
     */
    public static YamlNode.Mapping read(String file, String text) {
        try {
            return new YamlReader(file, text).document();
        } catch (MarkedYamlEngineException e) {
            var mark = e.getProblemMark().or(e::getContextMark);
            throw failure(
                    file,
                    mark.map(m -> m.getLine() + 1).orElse(0),
                    mark.map(m -> m.getColumn() + 1).orElse(0),
                    "",
                    "is not valid YAML: " + e.getProblem());
        } catch (YamlEngineException e) {
            throw failure(file, 0, 0, "", "is not valid YAML: " + e.getMessage());
        }
    }

    private YamlNode.Mapping document() {
        events.next();
        var first = events.next();
        if (first.getEventId() == Event.ID.StreamEnd) {
            return new YamlNode.Mapping(new LinkedHashMap<>(), 0, 0, 1, 1);
        }
        var root = node(events.next(), "", 0);
        events.next();
        var after = events.next();
        if (after.getEventId() != Event.ID.StreamEnd) {
            throw failure(after, "", "a second document begins here; one file holds one document");
        }
        if (root instanceof YamlNode.Mapping mapping) {
            return mapping;
        }
        if (root instanceof YamlNode.Scalar scalar && scalar.isEmpty()) {
            return new YamlNode.Mapping(new LinkedHashMap<>(), 0, 0, 1, 1);
        }
        throw failure(file, root.line(), root.column(), "", "found " + root.kind() + " where a mapping is expected");
    }

    private YamlNode node(Event event, String path, int depth) {
        if (event instanceof AliasEvent) {
            throw failure(event, path, "an alias is not allowed here; write the value again");
        }
        if (depth > MAX_DEPTH) {
            throw failure(event, path, "nested deeper than " + MAX_DEPTH + " levels");
        }
        if (event instanceof NodeEvent node && node.getAnchor().isPresent()) {
            throw failure(event, path, "an anchor (&" + node.getAnchor().get() + ") is not allowed here");
        }
        if (event instanceof ScalarEvent scalar) {
            refuseTag(event, scalar.getTag(), path);
            return new YamlNode.Scalar(scalar.getValue(), !scalar.isPlain(), line(event), column(event));
        }
        refuseTag(event, ((CollectionStartEvent) event).getTag(), path);
        return event.getEventId() == Event.ID.SequenceStart
                ? sequence(event, path, depth)
                : mapping(event, path, depth);
    }

    private YamlNode sequence(Event start, String path, int depth) {
        var items = new ArrayList<YamlNode>();
        for (var event = events.next(); event.getEventId() != Event.ID.SequenceEnd; event = events.next()) {
            items.add(node(event, path + "[" + items.size() + "]", depth + 1));
        }
        return new YamlNode.Sequence(List.copyOf(items), line(start), column(start));
    }

    private YamlNode mapping(Event start, String path, int depth) {
        var entries = new LinkedHashMap<String, YamlNode.Entry>();
        var event = events.next();
        for (; event.getEventId() != Event.ID.MappingEnd; event = events.next()) {
            if (!(node(event, path, depth + 1) instanceof YamlNode.Scalar key)) {
                throw failure(event, path, "a key has to be a text");
            }
            var child = path.isEmpty() ? key.text() : path + "." + key.text();
            var entry = new YamlNode.Entry(node(events.next(), child, depth + 1), key.line(), key.column());
            var earlier = entries.putIfAbsent(key.text(), entry);
            if (earlier != null) {
                throw failure(event, child, "stands a second time; the first is in line " + earlier.line());
            }
        }
        return new YamlNode.Mapping(
                entries, index(start.getStartMark()), index(event.getEndMark()), line(start), column(start));
    }

    private void refuseTag(Event event, Optional<String> tag, String path) {
        if (tag.isPresent()) {
            throw failure(event, path, "a tag (" + tag.get() + ") is not allowed here");
        }
    }

    private DocumentException failure(Event event, String key, String message) {
        return failure(file, line(event), column(event), key, message);
    }

    private static DocumentException failure(String file, int line, int column, String key, String message) {
        return new DocumentException(List.of(new Problem(file, line, column, key, message)));
    }

    private static int line(Event event) {
        return event.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
    }

    private static int column(Event event) {
        return event.getStartMark().map(mark -> mark.getColumn() + 1).orElse(0);
    }

    private static int index(Optional<Mark> mark) {
        return mark.map(Mark::getIndex).orElse(0);
    }
}
