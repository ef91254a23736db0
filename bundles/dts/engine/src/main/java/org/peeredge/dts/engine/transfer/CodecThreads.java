// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.transfer;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.peeredge.kernel.api.Loop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that codecs run on, apart from the disk's. One that a codec keeps is given up: the
 * plugin is tripped off, the task's owner told, and another thread takes its place, until too many
 * are lost; then there are ever fewer. None is interrupted, since that would close the files that
 * it reads. Time is counted in looks, so that a process that was stopped blames nobody. Safe for
 * use by many threads.
 */
final class CodecThreads {
    private static final Logger LOG = LoggerFactory.getLogger(CodecThreads.class);

    /** So many looks find a thread in the same call: it is held. */
    private static final int LOOKS = 4;

    private static final int MAX_WAITING = 1 << 17;

    private final ExecutorService threads;
    private final Loop loop;
    private final Settings settings;
    private final Map<Thread, Run> runs = new ConcurrentHashMap<>();
    private final ArrayDeque<Run> waiting = new ArrayDeque<>();
    private int running;
    private int abandoned;
    private boolean watching;
    private boolean closed;

    /**
     * Their bounds.
     *
     * @param max tasks that run at once
     * @param maxAbandoned threads that may be lost before there are fewer
     * @param timeout how long a codec may keep a thread without giving it back
     */
    record Settings(int max, int maxAbandoned, Duration timeout) {
        /** Threads that a pool for these needs: some end while others begin. */
        int threads() {
            return 2 * max + maxAbandoned;
        }
    }

    /** One task, from its beginning to its end. */
    private static final class Run {
        final Runnable task;
        final Runnable givenUp;
        volatile @Nullable Call call;
        boolean over;
        boolean abandoned;

        Run(Runnable task, Runnable givenUp) {
            this.task = task;
            this.givenUp = givenUp;
        }
    }

    /** A call of a codec. */
    private static final class Call {
        final String type;
        final Consumer<String> blame;
        volatile boolean elsewhere;
        int looks;

        Call(String type, Consumer<String> blame) {
            this.type = type;
            this.blame = blame;
        }
    }

    /** Work that may fail as the caller says. */
    interface Work<T, E extends Exception> {
        T run() throws E;
    }

    /**
     * Runs on {@code threads}, which has no queue and {@link Settings#threads} threads at most.
     *
     * @param loop where threads are looked at and owners told
     */
    CodecThreads(ExecutorService threads, Loop loop, Settings settings) {
        this.threads = threads;
        this.loop = loop;
        this.settings = settings;
    }

    /**
     * Runs {@code task}, which must not throw, as soon as there is a thread.
     *
     * @param givenUp called on the loop instead of waiting any longer for the task, which may still
     *     end at any time
     * @throws RejectedExecutionException when too many wait, no thread is left, or after the end
     */
    synchronized void execute(Runnable task, Runnable givenUp) {
        if (closed || waiting.size() >= MAX_WAITING || left() <= 0) {
            throw new RejectedExecutionException("no thread is left for codecs");
        }
        waiting.add(new Run(task, givenUp));
        startWaiting();
        if (!watching) {
            watching = true;
            lookLater();
        }
    }

    /** Threads that codecs keep. */
    synchronized int abandoned() {
        return abandoned;
    }

    private int left() {
        return Math.min(settings.max, settings.max + settings.maxAbandoned - abandoned);
    }

    private void startWaiting() {
        while (running < left() && !waiting.isEmpty()) {
            Run run = waiting.remove();
            running++;
            try {
                threads.execute(() -> work(run));
            } catch (RejectedExecutionException e) {
                running--;
                waiting.addFirst(run);
                return; // it has ended, or some threads are about to be free
            }
        }
    }

    private void work(Run first) {
        for (Run run = first; run != null; run = next(run)) {
            runs.put(Thread.currentThread(), run);
            try {
                run.task.run();
            } catch (RuntimeException | Error e) {
                LOG.error("a codec's task threw: this is a fault of the engine, report it", e);
            } finally {
                runs.remove(Thread.currentThread());
            }
        }
    }

    private synchronized @Nullable Run next(Run ended) {
        ended.over = true;
        if (ended.abandoned) {
            abandoned--;
            LOG.info("thread {} came back from its codec", Thread.currentThread().getName());
            startWaiting();
            return null;
        }
        Run next = running <= left() ? waiting.poll() : null;
        if (next == null) {
            running--;
        }
        return next;
    }

    /**
     * Calls a codec on this thread.
     *
     * @param blame trips the codec off, with a reason; called on the loop when it keeps the thread
     */
    <T, E extends Exception> T call(String type, Consumer<String> blame, Work<T, E> work) throws E {
        Run run = runs.get(Thread.currentThread());
        if (run == null) {
            return work.run();
        }
        run.call = new Call(type, blame);
        try {
            return work.run();
        } finally {
            run.call = null;
        }
    }

    /** Work within a call that is not the codec's: its time does not count. */
    <T, E extends Exception> T elsewhere(Work<T, E> work) throws E {
        Run run = runs.get(Thread.currentThread());
        Call call = run == null ? null : run.call;
        if (call == null) {
            return work.run();
        }
        call.elsewhere = true;
        try {
            return work.run();
        } finally {
            call.elsewhere = false;
        }
    }

    private void lookLater() {
        loop.schedule(settings.timeout.dividedBy(LOOKS), this::look);
    }

    private void look() {
        runs.forEach((thread, run) -> {
            Call call = run.call;
            if (call != null && !call.elsewhere && ++call.looks >= LOOKS) {
                giveUp(thread, run, call);
            }
        });
        synchronized (this) {
            startWaiting();
            watching = !closed && (running > 0 || !waiting.isEmpty());
            if (watching) {
                lookLater();
            }
        }
    }

    private void giveUp(Thread thread, Run run, Call call) {
        int lost;
        synchronized (this) {
            if (run.over || run.abandoned) {
                return;
            }
            run.abandoned = true;
            running--;
            lost = ++abandoned;
            startWaiting();
        }
        LOG.warn(
                "codec '{}' has kept thread {} for {} ms: another takes its place, {} of {} that may"
                        + " be lost. Uninstall its bundle; a restart of this node brings lost"
                        + " threads back",
                call.type,
                thread.getName(),
                settings.timeout.toMillis(),
                lost,
                settings.maxAbandoned);
        call.blame.accept("a call did not return within " + settings.timeout.toMillis() + " ms");
        run.givenUp.run();
    }

    /** Whether this thread's task is nobody's any more. */
    boolean givenUp() {
        Run run = runs.get(Thread.currentThread());
        synchronized (this) {
            return run != null && run.abandoned;
        }
    }

    /** Takes nothing more; what waits is still done. Then end the pool. */
    synchronized void close() {
        closed = true;
    }
}
