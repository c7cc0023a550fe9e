// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * The composed nodes of one document rather than constructed objects: nodes know where they stand, and their scalars are still
 * as written, so that {@code no} is a name and not false. Faults are gathered, not thrown.
 */
final class DocumentNodes {

    static final int MAX_DOCUMENT_CHARS = 16 * 1024 * 1024;
    private static final int MAX_ERRORS = 100;

    private final String file;
    private final List<PolicyError> errors;

    /**
     * @param file what faults say the document is, for one of several; null for the only one
     * @param errors takes the faults
     */
    DocumentNodes(String file, List<PolicyError> errors) {
        this.file = file;
        this.errors = errors;
    }

    /** {@return the document's root; null where it is no YAML, which then is a fault} */
    Node compose(String text) {
        if (text.length() > MAX_DOCUMENT_CHARS) {
            return fault(0, 0, "the document has " + text.length() + " characters, at most " + MAX_DOCUMENT_CHARS);
        }
        // JSON allows tabs between tokens where YAML does not; inside JSON's strings there are none.
        String document = text.stripLeading().startsWith("{") ? text.replace('\t', ' ') : text;
        try {
            LoadSettings settings = LoadSettings.builder()
                    .setLabel("policy")
                    .setMaxAliasesForCollections(0)
                    .setAllowRecursiveKeys(false)
                    .setCodePointLimit(MAX_DOCUMENT_CHARS)
                    .build();
            Optional<Node> node = new Composer(settings, new ParserImpl(settings, new StreamReader(settings, document)))
                    .getSingleNode();
            return node.orElseGet(() -> fault(0, 0, "the document is empty"));
        } catch (MarkedYamlEngineException e) {
            Mark mark = e.getProblemMark().orElse(null);
            return fault(
                    mark == null ? 0 : mark.getLine() + 1,
                    mark == null ? 0 : mark.getColumn() + 1,
                    e.getProblem() == null ? "not YAML" : e.getProblem());
        } catch (YamlEngineException e) {
            return fault(0, 0, e.getMessage());
        }
    }

    Map<String, NodeTuple> fields(Node node, String... allowed) {
        Map<String, NodeTuple> fields = new LinkedHashMap<>();
        if (!(node instanceof MappingNode mapping)) {
            error(node, "expected a mapping with " + String.join(", ", allowed));
            return fields;
        }
        for (NodeTuple tuple : mapping.getValue()) {
            String name = scalar(tuple.getKeyNode());
            if (!List.of(allowed).contains(name)) {
                error(tuple.getKeyNode(), "unknown key " + name + "; known here: " + String.join(", ", allowed));
            } else if (fields.put(name, tuple) != null) {
                error(tuple.getKeyNode(), "key " + name + " stands here twice");
            }
        }
        return fields;
    }

    NodeTuple required(Node owner, Map<String, NodeTuple> fields, String name) {
        NodeTuple tuple = fields.get(name);
        if (tuple == null) {
            error(owner, name + " is missing");
        }
        return tuple;
    }

    void mapping(NodeTuple field, BiConsumer<Node, Node> entry) {
        if (field == null) {
            return;
        }
        if (!(field.getValueNode() instanceof MappingNode mapping)) {
            error(field.getValueNode(), scalar(field.getKeyNode()) + " must be a mapping");
            return;
        }
        Set<String> seen = new HashSet<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!seen.add(scalar(tuple.getKeyNode()))) {
                error(tuple.getKeyNode(), "key " + scalar(tuple.getKeyNode()) + " stands here twice");
            }
            entry.accept(tuple.getKeyNode(), tuple.getValueNode());
        }
    }

    List<Node> sequence(NodeTuple field) {
        if (field == null) {
            return List.of();
        }
        if (!(field.getValueNode() instanceof SequenceNode sequence)) {
            error(field.getValueNode(), scalar(field.getKeyNode()) + " must be a list");
            return List.of();
        }
        return sequence.getValue();
    }

    String scalar(Node node) {
        if (node instanceof ScalarNode scalar) {
            return scalar.getValue();
        }
        error(node, "expected a single value");
        return "";
    }

    long number(Node node, long min, long max) {
        String written = scalar(node);
        try {
            long value = Long.parseLong(written);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Reported below together with a number out of range: the remedy is the same.
        }
        error(node, written + " is no whole number from " + min + " to " + max);
        return min;
    }

    <E extends Enum<E>> E constant(Node node, Class<E> type, E fallback) {
        String written = scalar(node);
        List<String> known = new ArrayList<>();
        for (E value : type.getEnumConstants()) {
            String name = value.name().toLowerCase(Locale.ROOT);
            if (name.equals(written)) {
                return value;
            }
            known.add(name);
        }
        error(node, written + " is unknown; known: " + String.join(", ", known));
        return fallback;
    }

    /** Adds a fault that stands where a node stands. */
    void error(Node node, String message) {
        Mark mark = node.getStartMark().orElse(null);
        fault(mark == null ? 0 : mark.getLine() + 1, mark == null ? 0 : mark.getColumn() + 1, message);
    }

    private Node fault(int line, int column, String message) {
        PolicyError error = new PolicyError(line, column, file == null ? message : file + ": " + message);
        if (errors.size() < MAX_ERRORS && !errors.contains(error)) {
            errors.add(error);
        }
        return null;
    }
}
