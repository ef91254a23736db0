// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.coding;

import java.util.Arrays;

/**
 * Sums of slots to be made in order, the inner loop of codes with sparse matrices: recorded once
 * and run by {@link Gf256Kernel#run} on a narrow column of all slots after the other, so that what
 * is read again is still in cache.
 *
 * <p>A column may be run twice. So a slot that is written to must not be read before: what goes in
 * stays as it is. Not safe for use by many threads while it is recorded.
 */
public final class Schedule {
    /** Set in the head of an instruction that is a polynomial; the rest counts its operands. */
    static final int POLYNOMIAL = 1 << 30;

    private int[] code;
    private int length;
    private int head;

    /** Whether the instruction that was started last has yet to be told its operands. */
    private boolean open;

    /** An empty one, with room for so many ints: it grows when it has to. */
    public Schedule(int ints) {
        code = new int[Math.max(16, ints)];
    }

    /** Forgets all, but keeps the room. */
    public void clear() {
        length = 0;
        open = false;
    }

    /** Starts a sum: {@code dst = 0}, to which {@link #add} adds. */
    public void sum(int dst) {
        open(0, dst);
    }

    /** The running sum also takes {@code src}. */
    public void add(int src) {
        room(1);
        code[length++] = src;
    }

    /** How many operands the instruction that was started last has. */
    public int operands() {
        return length - head - 2;
    }

    /** The operand of that number of the instruction that was started last. */
    public int operand(int i) {
        return code[head + 2 + i];
    }

    /** Takes back the instruction that was started last. */
    public void drop() {
        length = head;
        open = false;
    }

    /**
     * Starts a polynomial by Horner's rule: {@code dst = 0}, then {@link #step}s. {@code dst} has
     * its value when all steps are done.
     */
    public void polynomial(int dst) {
        open(POLYNOMIAL, dst);
    }

    /**
     * The running polynomial p becomes {@code 2 * p + src}, and is added to {@code a} and to {@code
     * b}, which are slots of their own and are written to only here and by a sum before.
     */
    public void step(int src, int a, int b) {
        room(3);
        code[length++] = src;
        code[length++] = a;
        code[length++] = b;
    }

    /**
     * The running sum also takes the slots that are {@code base} plus each of a part of {@code
     * src}.
     */
    public void addAll(int base, int[] src, int from, int to) {
        room(to - from);
        int at = length;
        for (int i = from; i < to; i++) {
            code[at++] = base + src[i];
        }
        length = at;
    }

    private void close() {
        if (open) {
            code[head] |= operands();
            open = false;
        }
    }

    private void open(int kind, int dst) {
        close();
        room(2);
        open = true;
        head = length;
        code[length++] = kind;
        code[length++] = dst;
    }

    private void room(int ints) {
        if (code.length - length < ints) {
            code = Arrays.copyOf(code, Math.addExact(code.length, code.length >> 1));
        }
    }

    /** A copy that takes no more memory than it must. */
    public Schedule trimmed() {
        close();
        Schedule copy = new Schedule(length);
        System.arraycopy(code, 0, copy.code, 0, length);
        copy.length = length;
        return copy;
    }

    /** Bytes that it holds. */
    public long sizeBytes() {
        return 4L * code.length;
    }

    int[] code() {
        close();
        return code;
    }

    int length() {
        return length;
    }
}
