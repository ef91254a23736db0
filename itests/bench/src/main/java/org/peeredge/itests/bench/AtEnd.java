// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.bench;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.peeredge.itests.lab.Commands;
import org.peeredge.itests.lab.Lab;

/**
 * What must not outlive this process: processes, namespaces, mounts, files. What ends in order is
 * removed in order; this is for Ctrl-C and failures.
 */
final class AtEnd {
    private static final Deque<AutoCloseable> OPEN = new ArrayDeque<>(); // the last one first
    private static final long END_SECONDS = 10;

    private AtEnd() {}

    /** To be called once, before anything is opened. */
    static void hook() {
        Runtime.getRuntime()
                .addShutdownHook(Thread.ofPlatform().name("bench-end").unstarted(AtEnd::clean));
    }

    /** It is closed at the end, unless it is {@link #remove}d before. */
    static <T extends AutoCloseable> T add(T opened) {
        synchronized (OPEN) {
            OPEN.push(opened);
        }
        return opened;
    }

    static void remove(AutoCloseable closed) {
        synchronized (OPEN) {
            OPEN.remove(closed);
        }
    }

    /** A folder that is removed when it is closed, or at the end. */
    static Folder folder(Path path) {
        return add(new Folder(path));
    }

    /** A folder with all that is in it. */
    record Folder(Path path) implements AutoCloseable {
        @Override
        public void close() {
            AtEnd.remove(this);
            Commands.must("rm", "-rf", path.toString());
        }
    }

    private static void clean() {
        List<ProcessHandle> children = ProcessHandle.current().descendants().toList();
        children.forEach(ProcessHandle::destroy);
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(END_SECONDS);
        for (ProcessHandle child : children) {
            child.onExit()
                    .completeOnTimeout(child, end - System.nanoTime(), TimeUnit.NANOSECONDS)
                    .join();
            child.destroyForcibly();
        }
        List<AutoCloseable> open = new ArrayList<>();
        open.add(Lab::closeAll);
        synchronized (OPEN) {
            open.addAll(OPEN);
        }
        for (AutoCloseable one : open) {
            try {
                one.close();
            } catch (Exception | AssertionError e) {
                System.err.println("left behind: " + e);
            }
        }
    }
}
