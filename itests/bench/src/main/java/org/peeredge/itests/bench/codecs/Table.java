// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench.codecs;

import java.util.ArrayList;
import java.util.List;
import org.peeredge.itests.bench.codecs.Trial.Blocks;
import org.peeredge.itests.bench.codecs.Trial.Swap;

/** The lines of suite {@code codecs}, with what they must hold. */
final class Table {
    private static final int KIB = 1024;
    static final int SYMBOL_BYTES = 1216;
    private static final List<Integer> LARGE = List.of(8192, 32768);
    private static final Code RS_10_4 = new Code("rs", 10, 4, 64 * KIB);
    private static final Code RS_32_16 = new Code("rs", 32, 16, 64 * KIB);

    /** What the second level of a cache lets through. */
    private static final Blocks XOR = Blocks.of(Task.XOR, new Code("", 1, 0, 256 * KIB));

    private static final Blocks COPY = Blocks.of(Task.COPY, XOR.code());

    private Table() {}

    /**
     * @param nativeForm of {@link Codecs#nativeForm}: what is asked of it depends on the CPU
     */
    static List<Line> lines(String nativeForm) {
        List<Line> all = new ArrayList<>();
        limits(all);
        rs(all, RS_10_4, ">= 1.2", "1.7");
        rs(all, RS_32_16, ">= 1.0", "1.3");
        boolean gfni = nativeForm.contains("gfni");
        natively(all, RS_10_4, gfni ? ">= 2.0" : ">= 1.0", gfni ? "3" : "");
        natively(all, RS_32_16, gfni ? ">= 2.0" : ">= 1.0", gfni ? "3" : "");
        natively(all, new Code("rs", 128, 64, 64 * KIB), gfni ? ">= 3" : ">= 1.0", gfni ? "4" : "");
        block(all, "fft", Task.ENCODE, ">= 1.5 GB/s or >= 0.03", "3 GB/s");
        block(all, "fft", Task.DECODE, ">= 0.4 GB/s or >= 0.008", "1.2 GB/s");
        block(all, "raptorq", Task.ENCODE, ">= 0.4 GB/s or >= 0.008", "1.4 GB/s");
        block(all, "raptorq", Task.DECODE, ">= 0.22 GB/s or >= 0.004", "0.8 GB/s");
        object(all, new Code("rs", 16, 8, 64 * KIB));
        object(all, new Code(Codecs.NATIVE, 16, 8, 64 * KIB));
        object(all, new Code("fft", 1024, 512, KIB));
        object(all, new Code("raptorq", 1024, 512, KIB));
        large(all, "fft", Task.ENCODE);
        large(all, "raptorq", Task.ENCODE);
        large(all, "raptorq", Task.DECODE);
        steady(all, RS_10_4);
        steady(all, new Code(Codecs.NATIVE, 10, 4, 64 * KIB));
        steady(all, of("fft", 1024));
        steady(all, of("raptorq", 1024));
        return all;
    }

    /** Half as many repair symbols as source symbols, each as long as a packet holds. */
    static Code of(String codec, int k) {
        return new Code(codec, k, k / 2, SYMBOL_BYTES);
    }

    /** Copies and sums of as many random symbols. */
    static Code symbols(int k) {
        return new Code("", k, 0, SYMBOL_BYTES);
    }

    private static void limits(List<Line> all) {
        all.add(Line.alone("limits", "memcpy 256 KiB", Reading.speed(COPY), "", ""));
        all.add(Line.alone("limits", "XOR 256 KiB", Reading.speed(XOR), "", ""));
        for (Task task : List.of(Task.COPY, Task.XOR)) {
            for (int k : LARGE) {
                Blocks blocks = Blocks.of(task, symbols(k));
                String name = "%s of random symbols, k=%d / k=1024".formatted(blocks.what(), k);
                Reading peer = Reading.cost(Blocks.of(task, symbols(1024)));
                all.add(Line.beside("large", name, Reading.cost(blocks), peer, "", ""));
            }
        }
    }

    /** One block of the usual size, beside XOR of the same run. */
    private static void block(List<Line> all, String codec, Task task, String must, String aim) {
        Blocks blocks = Blocks.of(task, of(codec, 1024));
        String name = "%s %s k=1024 m=512 / XOR 256 KiB".formatted(codec, blocks.what());
        all.add(Line.beside(codec, name, Reading.speed(blocks), Reading.speed(XOR), must, aim));
    }

    private static void large(List<Line> all, String codec, Task task) {
        for (int k : LARGE) {
            Blocks blocks = Blocks.of(task, of(codec, k));
            String name = "%s %s, k=%d / k=1024".formatted(codec, blocks.what(), k);
            Reading peer = Reading.cost(Blocks.of(task, of(codec, 1024)));
            String aim = k == LARGE.getFirst() ? "<= 1.5" : "<= 2.5";
            all.add(Line.beside("large", name, Reading.cost(blocks), peer, "", aim));
        }
    }

    private static void rs(List<Line> all, Code code, String mustIsal, String aimIsal) {
        String name = "rs %d+%d, 64 KiB".formatted(code.k(), code.m());
        Blocks ours = Blocks.of(Task.ENCODE, code);
        Reading hadoop = Reading.speed(Blocks.of(Task.HADOOP, code));
        Reading isal = Reading.speed(Blocks.of(Task.ISAL, code));
        all.add(Line.beside("rs", name + " / Hadoop", Reading.speed(ours), hadoop, ">= 30", ""));
        all.add(Line.beside("rs", name + " / ISA-L", Reading.speed(ours), isal, mustIsal, aimIsal));
        for (Flags flags : List.of(Flags.AVX2, Flags.PLAIN)) {
            boolean plain = flags == Flags.PLAIN;
            all.add(
                    Line.beside(
                            "rs",
                            name + flags.label() + " / Hadoop",
                            Reading.speed(ours.with(flags)),
                            hadoop,
                            plain ? ">= 5" : "",
                            plain ? "10" : ""));
        }
    }

    private static void natively(List<Line> all, Code code, String must, String aim) {
        Code ours = new Code(Codecs.NATIVE, code.k(), code.m(), code.symbolBytes());
        all.add(
                Line.beside(
                        Codecs.NATIVE,
                        "rsnative %d+%d, 64 KiB / ISA-L".formatted(code.k(), code.m()),
                        Reading.speed(Blocks.of(Task.ENCODE, ours)),
                        Reading.speed(Blocks.of(Task.ISAL, code)),
                        must,
                        aim));
    }

    /** A GiB in blocks of a MiB, beside one such block over and over. */
    private static void object(List<Line> all, Code code) {
        Code gib = new Code(code.codec(), code.k(), code.m(), code.symbolBytes(), 1024);
        all.add(
                Line.beside(
                        "object",
                        code.codec() + " encode, object of 1 GiB / 1 MiB",
                        Reading.cost(Blocks.of(Task.ENCODE, gib)),
                        Reading.cost(Blocks.of(Task.ENCODE, code)),
                        "<= 1.10",
                        "1.03"));
    }

    /** What holds of any codec that is used for long, and of one that comes anew. */
    private static void steady(List<Line> all, Code code) {
        String name = "%s %d+%d".formatted(code.codec(), code.k(), code.m());
        for (Task task : List.of(Task.ENCODE, Task.DECODE)) {
            Blocks blocks = new Blocks(task, code, Flags.SOON);
            Reading reading = new Reading(blocks, "allocated", Reading.Unit.BYTES_PER_BLOCK);
            all.add(
                    Line.alone(
                            "allocation",
                            name + " " + blocks.what() + " allocates",
                            reading,
                            "< 1",
                            ""));
        }
        swap(all, code);
        swap(all, new Code(code.codec(), 64, 32, 16 * KIB)); // a whole group of an engine
    }

    private static void swap(List<Line> all, Code code) {
        String name = "%s %d+%d".formatted(code.codec(), code.k(), code.m());
        for (boolean classes : List.of(false, true)) {
            Swap swap = new Swap(classes, code);
            all.add(
                    Line.beside(
                            "swap",
                            name + " first block after a " + swap.what() + " / steady",
                            new Reading(swap, "first", Reading.Unit.MICROS),
                            new Reading(swap, "steady", Reading.Unit.MICROS),
                            "<= 2",
                            "1.2"));
        }
    }
}
