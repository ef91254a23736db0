// SPDX-License-Identifier: Apache-2.0
package org.peeredge.dts.store.cache;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.peeredge.dts.api.cache.Cache.Change;
import org.peeredge.kernel.api.NeverException;
import org.peeredge.kernel.api.RetryLaterException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Changes the policy in force: tried, remembered, and only then chosen, so there is nothing to take
 * back. The caller makes one change at a time; the configuration may come in between.
 */
final class PolicySwitch {
    private static final Logger LOG = LoggerFactory.getLogger(PolicySwitch.class);

    private final PolicyDesk desk;
    private final PolicyChoice choice;
    private final ChoiceStore store;

    /** Choices of ours on their way through Config Admin, oldest first; they are no news to us. */
    private final Deque<String> written = new ArrayDeque<>();

    /** Where the choice is remembered; may block on disk. */
    interface ChoiceStore {
        void save(String type) throws IOException;
    }

    PolicySwitch(PolicyDesk desk, PolicyChoice choice, ChoiceStore store) {
        this.desk = desk;
        this.choice = choice;
        this.store = store;
    }

    /**
     * Puts {@code type} in force; blocks for the check and the disk.
     *
     * @throws NeverException when it is missing or fails its check
     * @throws RetryLaterException when it could not be checked or remembered
     */
    Change use(String type) {
        String was = choice.inForce();
        String wanted = choice.wanted();
        if (!type.equals(PolicyChoice.BUILT_IN)) {
            desk.probe(type);
            if (!choice.usable(type)) {
                throw new NeverException(choice.whyNot(type));
            }
        }
        checkStill(wanted, type);
        save(type);
        checkStill(wanted, type);
        choose(type);
        return new Change(was, choice.inForce());
    }

    private void checkStill(String wanted, String type) {
        String now = choice.wanted();
        if (!now.equals(wanted) && !now.equals(type)) {
            throw new NeverException("the configuration chose '" + now + "' meanwhile");
        }
    }

    private void save(String type) {
        synchronized (written) {
            written.addLast(type);
        }
        try {
            store.save(type);
        } catch (IOException | RuntimeException e) {
            synchronized (written) {
                written.removeLastOccurrence(type);
            }
            throw new RetryLaterException(
                    "the choice of cache policy '"
                            + type
                            + "' could not be remembered ("
                            + e.getMessage()
                            + "): look at the disk of this node's configuration, then try again",
                    e);
        }
    }

    /** The configuration says {@code type}: the operator's word, unless we wrote it ourselves. */
    void configured(String type) {
        synchronized (written) {
            if (written.contains(type)) {
                while (!written.removeFirst().equals(type)) {
                    // older choices of ours, which Config Admin left out
                }
                return;
            }
            written.clear();
        }
        if (!choice.wanted().equals(type)) {
            choose(type);
            if (!choice.inForce().equals(type)) {
                LOG.warn("Cache policy {} is configured, but {}", type, choice.whyNot(type));
            }
        }
    }

    private void choose(String type) {
        choice.choose(type);
        desk.catchUp();
    }
}
