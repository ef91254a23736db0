// SPDX-License-Identifier: Apache-2.0
package org.peeredge.ops.quickstart;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * {@code karaf-distribution/quickstart}: see the README. Arguments: {@code FULL EDGE FULL_TGZ
 * EDGE_TGZ WORK [--exit] [WHAT]}, as the script gives them.
 */
public final class Main {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Main() {}

    /** Entry point. */
    public static void main(String[] args) throws InterruptedException {
        List<String> words = new ArrayList<>(List.of(args));
        Path full = Path.of(words.removeFirst());
        Path edge = Path.of(words.removeFirst());
        List<Path> archives = List.of(Path.of(words.removeFirst()), Path.of(words.removeFirst()));
        Path work = Path.of(words.removeFirst());
        boolean exit = words.remove("--exit");
        String what = words.isEmpty() ? "" : words.getFirst();

        LocalMesh mesh = new LocalMesh(work.resolve("nodes"), full, edge);
        AtomicBoolean ending = new AtomicBoolean();
        AtomicBoolean over = new AtomicBoolean();
        Thread main = Thread.currentThread();
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    ending.set(true);
                                    if (!over.get()) {
                                        System.out.println("\nEnding the nodes ...");
                                        main.interrupt();
                                    }
                                    mesh.close();
                                    if (!over.get()) {
                                        await(main);
                                    }
                                    delete(work);
                                },
                                "quickstart-end"));
        int status = 0;
        try {
            Quickstart run = new Quickstart(System.out, mesh, work);
            run.run(what, archives);
            if (!exit) {
                run.howToGoOn();
                new CountDownLatch(1).await(); // until Ctrl-C
            }
        } catch (IOException | RuntimeException | InterruptedException e) {
            if (ending.get()) {
                return; // the user has ended it, and the nodes went away under what ran
            }
            System.out.println("\nquickstart failed: " + reason(e));
            status = 1;
        }
        over.set(true);
        System.exit(status);
    }

    private static String reason(Exception e) {
        return switch (e) {
            case AccessDeniedException denied -> "may not read " + denied.getFile();
            case FileSystemException other -> "cannot use " + other.getMessage();
            default -> e.getMessage() == null ? e.toString() : e.getMessage();
        };
    }

    /** What still runs may write files, so it must end before they go. */
    private static void await(Thread main) {
        try {
            main.join(PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void delete(Path folder) {
        try {
            Files.walkFileTree(
                    folder,
                    new SimpleFileVisitor<>() {
                        @Override
                        public FileVisitResult visitFile(Path file, BasicFileAttributes a)
                                throws IOException {
                            Files.delete(file);
                            return FileVisitResult.CONTINUE;
                        }

                        @Override
                        public FileVisitResult postVisitDirectory(
                                Path dir, @org.jspecify.annotations.Nullable IOException e)
                                throws IOException {
                            Files.delete(dir);
                            return FileVisitResult.CONTINUE;
                        }
                    });
        } catch (NoSuchFileException gone) {
            // the script was quicker
            return;
        } catch (IOException e) {
            System.err.println("could not remove " + folder + ": " + e.getMessage());
        }
    }
}
