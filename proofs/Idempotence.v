(* A second run of mutations changes nothing, if they keep the rules of loading. *)

From Coq Require Import List Bool Arith ZArith Lia.
From Interlock Require Import Semilattice Limits Signals Mutation Strata Locks.
Import ListNotations.

Lemma squeeze_twice b n : contradicts b = false -> squeeze b (squeeze b n) = squeeze b n.
Proof.
  unfold contradicts, squeeze. intros H. apply orb_false_iff in H as (H & _).
  destruct (ceiling b), (floor b); simpl in *; lia.
Qed.

Lemma bounded_twice c acts : let c' := made c (bounded c acts) in made c' (bounded c' acts) = c'.
Proof.
  unfold bounded.
  destruct (merged N.lor (unions acts)) as [u|], (merged meet (clamps acts)) as [b|]; simpl; trivial.
  - destruct c as [[n|s|t]|]; simpl; trivial; f_equal; f_equal.
    + now rewrite <- N.lor_assoc, N.lor_diag.
    + apply N.lor_diag.
  - destruct (contradicts b) eqn:C; simpl; trivial.
    destruct c as [[n|s|t]|]; simpl; trivial. now rewrite squeeze_twice.
Qed.

Section Twice.
  Variables (ws : list write) (x : object).
  Hypothesis rule : static ws.

  Let y := mutate ws x.

  Definition written_from (k q : nat) : Prop := exists w, In w ws /\ k <= stratum w /\ target w = q.

  Lemma reads_unwritten w q : In w ws -> In q (reads w) -> ~ written_from (stratum w) q.
  Proof. intros I R (w' & I' & K & <-). now apply (rule w w' I I' K). Qed.

  (* Guards of a stratum say the same of two objects that differ only where it or a later one writes. *)
  Lemma asked_again k a b :
    (forall q, ~ written_from k q -> a q = b q) ->
    forall p, asked k ws a p = asked k ws b p /\ broken k ws a p = broken k ws b p.
  Proof.
    intros H p.
    assert (forall w, In w ws -> aims k p w = true -> guarded w a = guarded w b) as G.
    { intros w I A. unfold aims in A. rewrite andb_true_iff, Nat.eqb_eq in A. destruct A as (<- & _).
      apply guarded_equal. intros q R. apply H. now apply reads_unwritten. }
    split.
    - apply filter_ext_in. intros w I. destruct (aims k p w) eqn:A; trivial. now rewrite G.
    - apply existsb_equal_in. intros w I. destruct (aims k p w) eqn:A; trivial. now rewrite G.
  Qed.

  Lemma unwritten_asked k j q a : k <= j -> ~ written_from k q -> asked j ws a q = [].
  Proof. intros K N. apply asked_nothing. intros w I T S. apply N. exists w. subst. auto. Qed.

  Lemma bound_unwritten q : ~ written_from 2 q -> after_bound ws x q = after_fill ws x q.
  Proof. intros N. unfold after_bound, bound. now rewrite (unwritten_asked 2 2). Qed.

  Lemma mutate_unlocked q : ~ written_from 3 q -> y q = after_bound ws x q.
  Proof. intros N. unfold y, mutate, lock, acting. now rewrite (unwritten_asked 3 3). Qed.

  Lemma later k j q : k <= j -> ~ written_from k q -> ~ written_from j q.
  Proof. intros K N (w & I & J & T). apply N. exists w. repeat split; trivial. lia. Qed.

  Lemma first_again p : asked 1 ws y p = asked 1 ws x p /\ broken 1 ws y p = broken 1 ws x p.
  Proof.
    apply asked_again. intros q N.
    rewrite mutate_unlocked by (apply (later 1); auto). rewrite bound_unwritten by (apply (later 1); auto).
    unfold after_fill, fill. rewrite (unwritten_asked 1 1 q x), filled_nothing; auto.
  Qed.

  Lemma fill_again q : y q = after_bound ws x q -> after_fill ws y q = after_bound ws x q.
  Proof.
    intros H. unfold after_fill, fill. rewrite H, (proj1 (first_again q)).
    destruct (after_bound ws x q) as [v|] eqn:B; [reflexivity|].
    assert (after_fill ws x q = None) as F.
    { unfold after_bound in B. now destruct (bound ws x q). }
    unfold after_fill, fill in F. destruct (x q); [now destruct (filled _ _)|exact F].
  Qed.

  Lemma second_again p :
    asked 2 ws (after_fill ws y) p = asked 2 ws (after_fill ws x) p
    /\ broken 2 ws (after_fill ws y) p = broken 2 ws (after_fill ws x) p.
  Proof.
    apply asked_again. intros q N.
    rewrite fill_again; [now apply bound_unwritten|]. apply mutate_unlocked. now apply (later 2 3); auto.
  Qed.

  Lemma bound_again q : y q = after_bound ws x q -> after_bound ws y q = after_bound ws x q.
  Proof.
    intros H. unfold after_bound at 1. unfold bound. rewrite (fill_again q H), (proj1 (second_again q)).
    apply bounded_twice.
  Qed.

  Lemma third_again p :
    asked 3 ws (after_bound ws y) p = asked 3 ws (after_bound ws x) p
    /\ broken 3 ws (after_bound ws y) p = broken 3 ws (after_bound ws x) p.
  Proof. apply asked_again. intros q N. now apply bound_again, mutate_unlocked. Qed.

  Lemma lock_again p : after_bound ws y p = after_bound ws x p -> lock ws y p = lock ws x p.
  Proof.
    intros H. unfold lock, acting. now rewrite H, (proj1 (third_again p)), (proj1 (second_again p)).
  Qed.

  (* What a lock gave a place is what the locks give it again, or leave there. *)
  Lemma lock_lasts p v :
    lasting ws -> lock ws x p = Put v -> mutate ws y p = Some v /\ stop (lock ws y p) = [].
  Proof.
    intros D P. assert (y p = Some v) as H by (unfold y, mutate; now rewrite P).
    destruct (forallb (takes_part None) (asked 3 ws (after_bound ws x) p)) eqn:A.
    - assert (lock ws y p = Put v) as L; [|unfold mutate; now rewrite L].
      rewrite <- P. unfold lock, acting. rewrite (proj1 (third_again p)), (proj1 (second_again p)).
      rewrite forallb_forall in A. f_equal. apply filter_ext_in. intros w I.
      now rewrite !takes_part_always by now apply A.
    - assert (exists w, In w (asked 3 ws (after_bound ws x) p) /\ takes_part None w = false) as (w & I & N).
      { clear - A. induction (asked 3 _ _ _) as [|w rest IH]; [discriminate|]. simpl in A.
        destruct (takes_part None w) eqn:N; [|exists w; split; [now left|trivial]].
        destruct (IH A) as (u & I & M). exists u. split; [now right|trivial]. }
      apply takes_part_not_always in N as (u & instead & M & N). apply asked_in in I as (I & T & _).
      assert (forall a, asked 2 ws a p = []) as B.
      { intros a. apply asked_nothing. intros w' I' T' S.
        specialize (D w w' u instead I I' (eq_trans T (eq_sym T')) M N).
        unfold stratum in S. now destruct (makes w'). }
      assert (after_bound ws y p = Some v) as C.
      { unfold after_bound, bound. rewrite B. simpl. unfold after_fill, fill. now rewrite H. }
      unfold mutate, lock, acting in *. rewrite B, C, (proj1 (third_again p)) in *. unfold locked in *.
      destruct (highest (filter (takes_part (after_bound ws x p)) _)) as [(k, [u'|])|] eqn:W;
        try discriminate.
      simpl in *. injection P as ->.
      eapply highest_lasts in W as [->|(j & ->)]; simpl; auto; try exact D.
      intros w' J. eapply asked_in, J.
  Qed.

  Lemma mutate_again p : lasting ws -> mutate ws y p = y p.
  Proof.
    intros D. destruct (lock ws x p) as [|v|] eqn:L;
      [|unfold y at 2, mutate; rewrite L; now apply lock_lasts|];
      (assert (after_bound ws y p = after_bound ws x p) as H;
       [apply bound_again; unfold y, mutate; now rewrite L|]);
      unfold mutate at 1; rewrite (lock_again p H), H; unfold y, mutate; now rewrite L.
  Qed.

  Lemma bounded_settles c acts :
    stop (bounded c acts) = [] -> stop (bounded (made c (bounded c acts)) acts) = [].
  Proof.
    unfold bounded.
    destruct (merged N.lor (unions acts)) as [u|], (merged meet (clamps acts)) as [b|]; simpl; trivial.
    - now destruct c as [[n|s|t]|].
    - destruct (contradicts b); simpl; trivial. now destruct c as [[n|s|t]|].
  Qed.

  (* What a lock gives stays within reach of the bounds of its place, whichever layers they are of. *)
  Lemma bounded_locked p v :
    consistent ws -> stop (bound ws x p) = [] -> lock ws x p = Put v ->
    stop (bounded (Some v) (asked 2 ws (after_fill ws x) p)) = [].
  Proof.
    intros K B P. unfold lock, locked in P.
    destruct (highest _) as [(k, [u|])|] eqn:T; try discriminate.
    destruct (forallb _ _); [|discriminate]. injection P as ->.
    apply highest_decides in T as ((w & W & _ & V) & _).
    apply filter_In in W as (W & _). apply asked_in in W as (W & E & _).
    assert (forall a, In a (asked 2 ws (after_fill ws x) p) -> matching w a) as A.
    { intros a I. apply asked_in in I as (I & F & _). apply K; congruence. }
    unfold bound in B. unfold bounded in *. unfold matching, constant in *.
    destruct (merged N.lor _) eqn:U.
    - destruct (unions _) as [|s rest] eqn:Z; [discriminate|].
      assert (In s (s :: rest)) as I by now left. rewrite <- Z in I.
      apply in_flat_map in I as (a & I & J). apply A in I.
      now destruct (makes w), (makes a).
    - destruct (merged meet _) as [b|] eqn:Y; [|reflexivity].
      destruct (contradicts b); [discriminate|].
      destruct (clamps _) as [|c rest] eqn:Z; [discriminate|].
      assert (In c (c :: rest)) as I by now left. rewrite <- Z in I.
      apply in_flat_map in I as (a & I & J). apply A in I.
      destruct (makes w), (makes a); try easy; destruct I as (n & ->), V as [<-|[]]; reflexivity.
  Qed.

  Lemma fill_settled p : y p = after_bound ws x p -> stop (fill ws x p) = [] -> stop (fill ws y p) = [].
  Proof.
    intros H F. unfold fill in *. rewrite H, (proj1 (first_again p)).
    destruct (after_bound ws x p) eqn:N; [reflexivity|].
    assert (x p = None) as X.
    { unfold after_bound, after_fill in N. destruct (x p); trivial.
      now destruct (bound ws x p), (fill ws x p). }
    now rewrite X in F.
  Qed.

  Lemma conflicts_again p : lasting ws -> consistent ws -> conflicts ws x p = [] -> conflicts ws y p = [].
  Proof.
    intros D K C. unfold conflicts in *.
    rewrite (proj2 (first_again p)), (proj2 (second_again p)), (proj2 (third_again p)).
    apply app_eq_nil in C as (F & C). apply app_eq_nil in C as (B & C). apply app_eq_nil in C as (L & G).
    rewrite G, !app_nil_r. destruct (lock ws x p) as [|v|] eqn:P; [| |discriminate].
    - assert (y p = after_bound ws x p) as H by (unfold y, mutate; now rewrite P).
      rewrite (fill_settled p H F), (lock_again p (bound_again p H)), P, app_nil_r.
      unfold bound. rewrite (fill_again p H), (proj1 (second_again p)).
      now apply bounded_settles.
    - assert (y p = Some v) as H by (unfold y, mutate; now rewrite P).
      assert (fill ws y p = Keep) as E by (unfold fill; now rewrite H).
      assert (after_fill ws y p = Some v) as A by (unfold after_fill; now rewrite E).
      rewrite E, (proj2 (lock_lasts p v D P)), app_nil_r.
      unfold bound. rewrite A, (proj1 (second_again p)). now apply bounded_locked.
  Qed.
End Twice.

(* Under the rules of loading a second run changes nothing, and where the first had no conflict nor has it. *)
Theorem mut_idempotent : forall ws x p,
  static ws -> lasting ws ->
  mutate ws (mutate ws x) p = mutate ws x p
  /\ (consistent ws -> conflicts ws x p = [] -> conflicts ws (mutate ws x) p = []).
Proof. intros ws x p H D. split; [now apply mutate_again|now apply conflicts_again]. Qed.
