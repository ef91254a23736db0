// SPDX-License-Identifier: Apache-2.0
package org.peeredge.routing.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** One question to many, a few at once, the answers in the order of the questions. */
final class Fanout {
    private Fanout() {}

    /**
     * Asks every one of {@code items}; fails when a question fails.
     *
     * @param atOnce the most questions that are open at a time, at least 1
     */
    static <Q, A> CompletionStage<List<A>> ask(
            List<Q> items, int atOnce, Function<Q, CompletionStage<A>> question) {
        List<CompletableFuture<A>> answers = new ArrayList<>();
        items.forEach(item -> answers.add(new CompletableFuture<>()));
        AtomicInteger next = new AtomicInteger();
        for (int i = 0; i < Math.min(atOnce, items.size()); i++) {
            askNext(items, answers, next, question);
        }
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(done -> answers.stream().map(CompletableFuture::join).toList());
    }

    private static <Q, A> void askNext(
            List<Q> items,
            List<CompletableFuture<A>> answers,
            AtomicInteger next,
            Function<Q, CompletionStage<A>> question) {
        int i = next.getAndIncrement();
        if (i >= items.size()) {
            return;
        }
        var _ =
                question.apply(items.get(i))
                        .whenComplete((answer, error) -> {
                            if (error == null) {
                                answers.get(i).complete(answer);
                            } else {
                                answers.get(i).completeExceptionally(error);
                            }
                            askNext(items, answers, next, question);
                        });
    }
}
