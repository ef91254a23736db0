// SPDX-License-Identifier: Apache-2.0
package org.peeredge.itests.lab;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Samples the counters of every link of a lab, with {@code netlab watch}. */
public final class LinkWatch implements AutoCloseable {
    private static final String SECONDS = "0.1";
    private static final long START_MILLIS = 20_000;

    private final Process process;
    private final Path csv;
    private long startNanos;

    private LinkWatch(Process process, Path csv) {
        this.process = process;
        this.csv = csv;
    }

    /** Begins; has taken the first sample when this returns. */
    static LinkWatch start(List<String> netlab) throws IOException, InterruptedException {
        Path csv = Files.createTempFile("links", ".csv");
        List<String> command = new ArrayList<>(netlab);
        command.addAll(List.of("watch", "--csv", csv.toString(), "--interval", SECONDS));
        LinkWatch watch = new LinkWatch(new ProcessBuilder(command).inheritIO().start(), csv);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_MILLIS);
        while (Files.size(csv) == 0) {
            if (!watch.process.isAlive() || System.nanoTime() > end) {
                watch.close();
                throw new IOException("netlab watch does not start");
            }
            TimeUnit.MILLISECONDS.sleep(10);
        }
        watch.startNanos = System.nanoTime();
        return watch;
    }

    /** Seconds since the first sample, to some hundredths. */
    public double seconds() {
        return (System.nanoTime() - startNanos) / 1e9;
    }

    /** Takes the last sample and ends. */
    public Traffic stop() throws IOException, InterruptedException {
        process.destroy();
        process.waitFor();
        return Traffic.parse(Files.readAllLines(csv));
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        Files.deleteIfExists(csv);
    }
}
