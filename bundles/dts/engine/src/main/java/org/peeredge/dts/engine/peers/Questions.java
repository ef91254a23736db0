// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.engine.peers;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.peeredge.dts.engine.wire.Limits;
import org.peeredge.dts.engine.wire.Message;
import org.peeredge.kernel.api.Cancellable;
import org.peeredge.kernel.api.Loop;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.NodeId;
import org.peeredge.kernel.api.RetryLaterException;
import org.peeredge.kernel.api.TryOtherPeerException;
import org.peeredge.kernel.api.mesh.MeshHandler;
import org.peeredge.kernel.api.trust.Membership;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Questions to members and their answers, errors as {@code kernel.api.mesh.Mesh} says. Every
 * question has a deadline here and there; so many per member may be open each way. Handlers come
 * and go on any thread, all else is on the loop.
 */
final class Questions {
    /** A refusal is for people: no one needs more. */
    private static final int MAX_REFUSAL_CHARS = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(Questions.class);

    /** The way to a member. */
    interface Sender {
        /** False when it is not connected. */
        boolean send(NodeId to, Message message);

        /** Runs {@code task} when it is back; false when that is not expected. */
        boolean hold(NodeId to, Runnable task);
    }

    /** One question of this node; it is put again where the channel ends before its answer. */
    private static final class Question {
        final NodeId to;
        final String topic;
        final byte[] payload;
        final CompletableFuture<byte[]> answer = new CompletableFuture<>();
        boolean over;
        @Nullable Long id;
        @Nullable Cancellable deadline;

        Question(NodeId to, String topic, byte[] payload) {
            this.to = to;
            this.topic = topic;
            this.payload = payload;
        }
    }

    private final Loop loop;
    private final Connection.Hop hop;
    private final PeersConfig.Asking limits;
    private final PeerMetrics metrics;
    private final Sender send;
    private final Map<String, MeshHandler> handlers = new ConcurrentHashMap<>();
    private final Map<Long, Question> asked = new HashMap<>();
    private final Map<NodeId, Integer> askedOf = new HashMap<>();
    private final Map<NodeId, Integer> askedBy = new HashMap<>();
    private long nextId;

    Questions(
            Loop loop,
            Connection.Hop hop,
            PeersConfig.Asking limits,
            PeerMetrics metrics,
            Sender send) {
        this.loop = loop;
        this.hop = hop;
        this.limits = limits;
        this.metrics = metrics;
        this.send = send;
    }

    /** Any thread. A topic has one handler: the one that came last, until it is taken back. */
    Cancellable answer(String topic, MeshHandler handler) {
        if (topic.isEmpty() || topic.length() > Limits.MAX_TOPIC_CHARS) {
            throw new IllegalArgumentException(
                    "topic '" + topic + "': 1 to " + Limits.MAX_TOPIC_CHARS + " characters");
        }
        handlers.put(topic, handler);
        return () -> handlers.remove(topic, handler);
    }

    /** Any thread. */
    CompletionStage<byte[]> ask(NodeId to, String topic, byte[] payload, Duration timeout) {
        Question question = new Question(to, topic, payload);
        if (topic.isEmpty() || topic.length() > Limits.MAX_TOPIC_CHARS) {
            question.answer.completeExceptionally(
                    new NeverException(
                            "topic '"
                                    + topic
                                    + "': 1 to "
                                    + Limits.MAX_TOPIC_CHARS
                                    + " characters"));
        } else if (payload.length > Limits.MAX_PAYLOAD_BYTES) {
            question.answer.completeExceptionally(
                    new NeverException(
                            "a question of "
                                    + payload.length
                                    + " bytes, at most "
                                    + Limits.MAX_PAYLOAD_BYTES));
        } else if (!hop.run(() -> begin(question, timeout))) {
            question.answer.completeExceptionally(
                    new TryOtherPeerException("this node is stopping"));
        }
        return question.answer;
    }

    private void begin(Question question, Duration timeout) {
        question.deadline =
                loop.schedule(
                        timeout,
                        () ->
                                fail(
                                        question,
                                        new TryOtherPeerException(
                                                "member "
                                                        + question.to.shortName()
                                                        + " did not answer '"
                                                        + question.topic
                                                        + "' within "
                                                        + timeout.toMillis()
                                                        + " ms")));
        put(question);
    }

    private void put(Question question) {
        NodeId to = question.to;
        if (question.over) {
            return;
        }
        if (askedOf.getOrDefault(to, 0) >= limits.maxOpenPerPeer()) {
            metrics.refusedQuestions.increment();
            fail(
                    question,
                    new RetryLaterException(
                            limits.maxOpenPerPeer()
                                    + " questions to member "
                                    + to.shortName()
                                    + " are open already"));
            return;
        }
        long id = nextId++;
        if (send.send(to, new Message.Ask(id, question.topic, question.payload))) {
            question.id = id;
            asked.put(id, question);
            askedOf.merge(to, 1, Integer::sum);
        } else if (!send.hold(to, () -> put(question))) {
            fail(
                    question,
                    new TryOtherPeerException("member " + to.shortName() + " is not connected"));
        }
    }

    /**
     * An answer arrived; one that nobody waits for any more, or from another member, is ignored.
     */
    void answered(NodeId from, Message.Answer message) {
        Question question = asked.get(message.id());
        if (question == null || !question.to.equals(from)) {
            return;
        }
        end(question);
        if (message.ok()) {
            question.answer.complete(message.payload());
        } else {
            String why = new String(message.payload(), StandardCharsets.UTF_8);
            question.answer.completeExceptionally(
                    new NeverException("member " + from.shortName() + " refused: " + clip(why)));
        }
    }

    private void fail(Question question, RuntimeException error) {
        if (!question.over) {
            end(question);
            question.answer.completeExceptionally(error);
        }
    }

    private void end(Question question) {
        question.over = true;
        Cancellable deadline = question.deadline;
        if (deadline != null) {
            deadline.cancel();
        }
        withdraw(question);
    }

    private void withdraw(Question question) {
        Long id = question.id;
        if (id != null) {
            asked.remove(id);
            less(askedOf, question.to);
            question.id = null;
        }
    }

    /** A member's channel ended: what is open is put again when it is back, or fails. */
    void down(NodeId peer) {
        for (Question question : List.copyOf(asked.values())) {
            if (question.to.equals(peer)) {
                withdraw(question);
                if (!send.hold(peer, () -> put(question))) {
                    fail(
                            question,
                            new TryOtherPeerException(
                                    "the channel to member " + peer.shortName() + " ended"));
                }
            }
        }
    }

    /** A question arrived. */
    void asked(Membership from, Message.Ask ask) {
        NodeId peer = from.node();
        MeshHandler handler = handlers.get(ask.topic());
        if (handler == null) {
            refuse(peer, ask.id(), "this node answers no questions of topic '" + ask.topic() + "'");
            return;
        }
        if (askedBy.getOrDefault(peer, 0) >= limits.maxOpenPerPeer()) {
            metrics.refusedQuestions.increment();
            refuse(
                    peer,
                    ask.id(),
                    "over " + limits.maxOpenPerPeer() + " of your questions are open");
            return;
        }
        askedBy.merge(peer, 1, Integer::sum);
        Reply reply = new Reply(peer, ask.id());
        reply.deadline =
                loop.schedule(
                        limits.answerTimeout(),
                        () -> reply.end(null, new IllegalStateException("no answer in time")));
        try {
            handler.handle(from, ask.payload())
                    .whenComplete((bytes, error) -> hop.run(() -> reply.end(bytes, error)));
        } catch (RuntimeException e) {
            reply.end(null, e);
        }
    }

    /** One question that is being answered here. */
    private final class Reply {
        final NodeId peer;
        final long id;
        boolean over;
        @Nullable Cancellable deadline;

        Reply(NodeId peer, long id) {
            this.peer = peer;
            this.id = id;
        }

        void end(byte @Nullable [] bytes, @Nullable Throwable error) {
            if (over) {
                return;
            }
            over = true;
            Cancellable d = deadline;
            if (d != null) {
                d.cancel();
            }
            less(askedBy, peer);
            if (bytes == null) {
                refuse(peer, id, error == null ? "the handler gave nothing" : Errors.text(error));
            } else if (bytes.length > Limits.MAX_PAYLOAD_BYTES) {
                refuse(peer, id, "the answer would have " + bytes.length + " bytes");
            } else {
                reply(peer, new Message.Answer(id, true, bytes));
            }
        }
    }

    private void refuse(NodeId to, long id, String why) {
        reply(to, new Message.Answer(id, false, clip(why).getBytes(StandardCharsets.UTF_8)));
    }

    private void reply(NodeId to, Message.Answer answer) {
        if (!send.send(to, answer)) {
            LOG.debug("{}: the asker has gone before its answer", to.shortName());
        }
    }

    private static String clip(String text) {
        return text.length() > MAX_REFUSAL_CHARS ? text.substring(0, MAX_REFUSAL_CHARS) : text;
    }

    private static void less(Map<NodeId, Integer> counts, NodeId node) {
        counts.computeIfPresent(node, (_, n) -> n > 1 ? n - 1 : null);
    }

    /** Fails what is open. */
    void stop() {
        List.copyOf(asked.values())
                .forEach(q -> fail(q, new TryOtherPeerException("this node is stopping")));
    }
}
