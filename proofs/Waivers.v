(* Waivers: what they lift, and all that they can't.

   Mirrors engine/interlock/kernel/waivers.py. A rule's name stands for its
   policy, its own name and its digest, so a changed rule is another name. *)

From Coq Require Import List Bool Arith.
From Interlock Require Import Semilattice Signals Kernel Composition.
Import ListNotations.

Record waiver := Waiver {
  issuer : nat; (* the layer that issued it *)
  names : list nat;
  starts : nat;
  expires : nat;
  scope : outcome; (* of its own expression, for the request at hand *)
}.

Definition holds (o : outcome) : bool :=
  match o with
  | T => true
  | _ => false
  end.

Definition in_force (now : nat) (w : waiver) : bool := (starts w <=? now) && (now <? expires w).

Section Waivers.
  Variable now : nat.

  (* Whether the waiver lifts the rule's violation, and whether one of many does. *)
  Definition lifts (r : rule) (w : waiver) : bool :=
    violated r && in_force now w && (issuer w <=? layer r) && existsb (Nat.eqb (name r)) (names w)
    && holds (scope w).

  Definition lifted (ws : list waiver) (r : rule) : bool := existsb (lifts r) ws.

  Definition lift (ws : list waiver) (r : rule) : rule :=
    if lifted ws r
    then Rule (name r) (layer r) (place r) (does r) (gives r) (mode_of r) (ignores r) true (limit r) (duties r)
    else r.

  Lemma lifted_violated ws r : lifted ws r = true -> violated r = true.
  Proof.
    unfold lifted, lifts. rewrite existsb_exists. intros (w & _ & H). now destruct (violated r).
  Qed.

  Lemma lift_counts ws r : counts (lift ws r) = if lifted ws r then [] else counts r.
  Proof.
    unfold lift. destruct (lifted ws r) eqn:L; trivial. apply lifted_violated in L.
    unfold counts, says, errored, violated, is_permit in *. simpl.
    destruct (enforced _), (does r), (gives r); easy.
  Qed.

  (* A waiver's effect is the one of deleting the violations that it lifts: all other evidence is untouched. *)
  Theorem waiver_locality : forall ws rules,
    evidence (map (lift ws) rules) = evidence (filter (fun r => negb (lifted ws r)) rules)
    /\ forall r, lifted ws r = true ->
         violated r = true /\ exists w, In w ws /\ In (name r) (names w) /\ issuer w <= layer r.
  Proof.
    intros ws rules. split.
    - induction rules as [|r rules IH]; simpl; trivial.
      rewrite lift_counts, IH. now destruct (lifted ws r).
    - intros r L. split; [now apply (lifted_violated ws)|].
      unfold lifted in L. apply existsb_exists in L as (w & I & L). exists w. split; trivial.
      unfold lifts in L. rewrite !andb_true_iff, existsb_exists, Nat.leb_le in L.
      destruct L as ((((_ & _) & R) & (x & N & E)) & _). apply Nat.eqb_eq in E. now subst.
  Qed.

  (* No permit comes of a waiver, and none goes. *)
  Theorem waiver_never_grants : forall ws rules l p,
    In (Grants l p) (evidence (map (lift ws) rules)) <-> In (Grants l p) (evidence rules).
  Proof.
    intros ws rules l p. induction rules as [|r rules IH]; simpl; [easy|].
    rewrite !in_app_iff, IH, lift_counts. destruct (lifted ws r) eqn:L; [|easy].
    apply lifted_violated in L.
    assert (~ In (Grants l p) (counts r)); [|simpl; tauto].
    intros G. apply counts_grant in G as (_ & G). unfold grants, permitted, violated in *.
    destruct (does r), (gives r), (enforced r); easy.
  Qed.

  Theorem waiver_never_lifts_error : forall ws r, gives r = E -> lift ws r = r.
  Proof.
    intros ws r H. unfold lift. destruct (lifted ws r) eqn:L; trivial.
    apply lifted_violated in L. unfold violated in L. rewrite H in L. now destruct (does r).
  Qed.

  Lemma lift_narrows ds ws r : narrower ds (counts (lift ws r)) (counts r).
  Proof.
    rewrite lift_counts. destruct (lifted ws r) eqn:L; [|apply narrower_refl].
    apply lifted_violated in L. repeat split; try easy.
    - intros l p _ G. apply counts_grant in G as (_ & G). unfold grants, permitted, violated in *.
      destruct (does r), (gives r), (enforced r); easy.
    - now intros (s & [] & _).
  Qed.

  (* What is allowed with fewer waivers is allowed with more. *)
  Theorem waiver_removal_never_opens : forall knows ls rules ws ws',
    incl ws ws' ->
    allowed knows ls (map (lift ws) rules) = true -> allowed knows ls (map (lift ws') rules) = true.
  Proof.
    intros knows ls rules ws ws' I. apply narrower_allows_less, narrower_rules.
    induction rules as [|r rules IH]; simpl; constructor; trivial.
    rewrite (lift_counts ws). destruct (lifted ws r) eqn:L; [|apply lift_narrows].
    rewrite lift_counts. replace (lifted ws' r) with true; [apply narrower_refl|].
    unfold lifted in *. symmetry. rewrite existsb_exists in *. destruct L as (w & J & L). eauto.
  Qed.

  (* What doesn't apply is as good as absent. *)

  Lemma lift_without ws w r : lifts r w = false -> lift (w :: ws) r = lift ws r.
  Proof. intros H. unfold lift, lifted. simpl. now rewrite H. Qed.

  Theorem no_escalation : forall ws w r, layer r < issuer w -> lift (w :: ws) r = lift ws r.
  Proof.
    intros ws w r H. apply lift_without. unfold lifts. apply Nat.leb_gt in H. rewrite H.
    now rewrite andb_false_r.
  Qed.

  Theorem waiver_error_closed : forall ws w r, scope w = E -> lift (w :: ws) r = lift ws r.
  Proof. intros ws w r H. apply lift_without. unfold lifts. rewrite H. apply andb_false_r. Qed.

  Theorem waiver_digest_pinned : forall ws w r, ~ In (name r) (names w) -> lift (w :: ws) r = lift ws r.
  Proof.
    intros ws w r H. apply lift_without. unfold lifts.
    replace (existsb (Nat.eqb (name r)) (names w)) with false; [now rewrite andb_false_r|].
    symmetry. apply not_true_iff_false. rewrite existsb_exists. intros (n & I & E).
    apply Nat.eqb_eq in E. now subst.
  Qed.

  Theorem expiry_half_open : forall ws w r,
    ~ (starts w <= now < expires w) -> lift (w :: ws) r = lift ws r.
  Proof.
    intros ws w r H. apply lift_without. unfold lifts, in_force.
    destruct (Nat.leb_spec (starts w) now), (Nat.ltb_spec now (expires w)); simpl;
      rewrite ?andb_false_r; trivial. tauto.
  Qed.
End Waivers.
