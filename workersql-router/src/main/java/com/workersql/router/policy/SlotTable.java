// SPDX-License-Identifier: Apache-2.0
package com.workersql.router.policy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which shard owns each slot. Immutable.
 *
 * @see #diff
 */
public final class SlotTable {

    /** The number of slots. */
    public static final int SLOTS = 16384;

    private final long generation;
    private final String[] owners;

    private SlotTable(long generation, String[] owners) {
        this.generation = generation;
        this.owners = owners;
    }

    /**
     * {@return a table of equal parts, in the shards' order}
     *
     * @param generation the table's generation
     * @param shards the shards' names, at least one
     * @throws IllegalArgumentException when there is none
     */
    public static SlotTable even(long generation, List<String> shards) {
        checkNotEmpty(shards);
        String[] owners = new String[SLOTS];
        for (int slot = 0; slot < SLOTS; slot++) {
            owners[slot] = shards.get((int) ((long) slot * shards.size() / SLOTS));
        }
        return new SlotTable(generation, owners);
    }

    /**
     * {@return a table of given owners}
     *
     * @param generation the table's generation
     * @param owners the owner of each slot, {@link #SLOTS} of them, none null; copied
     * @throws IllegalArgumentException when there are more or fewer
     */
    public static SlotTable of(long generation, List<String> owners) {
        if (owners.size() != SLOTS) {
            throw new IllegalArgumentException("a slot table has " + SLOTS + " slots, got " + owners.size());
        }
        return new SlotTable(generation, List.copyOf(owners).toArray(String[]::new));
    }

    private static void checkNotEmpty(List<String> shards) {
        if (shards.isEmpty()) {
            throw new IllegalArgumentException("a slot table needs at least one shard, got none");
        }
    }

    /**
     * {@return a table of equal parts for other shards that moves as few slots as equal parts allow}
     *
     * @param newGeneration the new table's generation
     * @param shards the names of all shards that are to own slots, at least one, each once
     * @throws IllegalArgumentException when there is none, or one twice
     */
    public SlotTable spreadOver(long newGeneration, List<String> shards) {
        checkNotEmpty(shards);
        if (Set.copyOf(shards).size() < shards.size()) {
            throw new IllegalArgumentException("a shard is there twice in " + shards);
        }
        Map<String, Integer> room = new LinkedHashMap<>();
        for (int i = 0; i < shards.size(); i++) {
            room.put(shards.get(i), SLOTS / shards.size() + (i < SLOTS % shards.size() ? 1 : 0));
        }
        String[] next = new String[SLOTS];
        for (int slot = 0; slot < SLOTS; slot++) {
            int left = room.getOrDefault(owners[slot], 0);
            if (left > 0) {
                next[slot] = owners[slot];
                room.put(owners[slot], left - 1);
            }
        }
        Iterator<Map.Entry<String, Integer>> takers = room.entrySet().iterator();
        Map.Entry<String, Integer> taker = takers.next();
        for (int slot = 0; slot < SLOTS; slot++) {
            while (next[slot] == null && taker.getValue() == 0) {
                taker = takers.next();
            }
            if (next[slot] == null) {
                next[slot] = taker.getKey();
                taker.setValue(taker.getValue() - 1);
            }
        }
        return new SlotTable(newGeneration, next);
    }

    /** {@return the table's generation} */
    public long generation() {
        return generation;
    }

    /**
     * {@return the shard that owns a slot}
     *
     * @param slot from 0 to {@link #SLOTS} - 1
     */
    public String owner(int slot) {
        return owners[slot];
    }

    /**
     * Slots that change hands between two tables.
     *
     * @param slots how many slots move
     * @param fraction the share of all keys that moves, from 0 to 1
     * @param moves for each pair {@code "from -> to"}, how many slots go that way
     */
    public record Diff(int slots, double fraction, Map<String, Integer> moves) {}

    /**
     * {@return what moves from one table to the other}
     *
     * @param before the table now
     * @param after the table to come
     */
    public static Diff diff(SlotTable before, SlotTable after) {
        Map<String, Integer> moves = new TreeMap<>();
        int moved = 0;
        for (int slot = 0; slot < SLOTS; slot++) {
            if (!before.owners[slot].equals(after.owners[slot])) {
                moved++;
                moves.merge(before.owners[slot] + " -> " + after.owners[slot], 1, Integer::sum);
            }
        }
        return new Diff(moved, (double) moved / SLOTS, moves);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SlotTable table
                && generation == table.generation
                && Arrays.equals(owners, table.owners);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(owners) * 31 + Long.hashCode(generation);
    }

    @Override
    public String toString() {
        List<String> runs = new ArrayList<>();
        int start = 0;
        for (int slot = 1; slot <= SLOTS; slot++) {
            if (slot == SLOTS || !owners[slot].equals(owners[start])) {
                runs.add(start + "-" + (slot - 1) + ": " + owners[start]);
                start = slot;
            }
        }
        return "generation " + generation + " {" + String.join(", ", runs) + "}";
    }
}
