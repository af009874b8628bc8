(* Rules, what they say, and evidence: the set of all that is said.

   Mirrors engine/interlock/model/verdict.py and kernel/evidence.py. A rule is
   taken together with the outcome of its expression for one place, that is one
   item of one area. Rules, layers, places, measures and obligations are
   numbers, for nothing is asked of them but whether two are equal, and of
   layers which one is higher: 0 is the highest. *)

From Coq Require Import List Bool Arith.
From Interlock Require Import Semilattice Limits Obligations.
Import ListNotations.

(* `E` is an error: of CEL, no bool, too costly or out of time. *)
Inductive outcome := T | F | E.

(* A limit is a `Require` that has bounds. *)
Inductive effect := Require | Forbid | Permit.
Inductive mode := Enforce | Warn | Audit.

(* An obligation has one way to merge, so the way is a part of its key. *)
Definition key : Type := nat * way.

Record rule := Rule {
  name : nat; (* policy, rule and digest: what a waiver names *)
  layer : nat;
  place : nat;
  does : effect;
  gives : outcome;
  mode_of : mode;
  ignores : bool; (* its policy lawfully ignores errors *)
  waived : bool; (* a waiver lifts its violation *)
  limit : option (nat * bounds); (* a measure and its bounds *)
  duties : list (key * content); (* what it obliges to *)
}.

Definition is_permit (r : rule) : bool :=
  match does r with
  | Permit => true
  | _ => false
  end.

Definition errored (r : rule) : bool :=
  match gives r with
  | E => true
  | _ => false
  end.

Definition enforced (r : rule) : bool :=
  match mode_of r with
  | Enforce => true
  | _ => false
  end.

Definition violated (r : rule) : bool :=
  match does r, gives r with
  | Require, F | Forbid, T => true
  | _, _ => false
  end.

Definition permitted (r : rule) : bool :=
  match does r, gives r with
  | Permit, T => true
  | _, _ => false
  end.

Definition is_empty {A} (xs : list A) : bool :=
  match xs with
  | [] => true
  | _ => false
  end.

(* An error denies unless it is ignored; that of a permit permits nothing, and
   denies where the permit has obligations, for nobody knows whether they are due. *)
Definition fails (r : rule) : bool :=
  errored r && (if is_permit r then negb (is_empty (duties r)) else negb (ignores r)).

Inductive signal :=
  | Denies (l : nat)
  | Fails (l : nat)
  | Grants (l p : nat)
  | Bounds (measure : nat) (b : bounds)
  | Obliges (k : key) (c : content).

Definition bounding (r : rule) : list signal :=
  match limit r with
  | Some (m, b) => [Bounds m b]
  | None => []
  end.

Definition obliging (r : rule) : list signal := map (fun d => Obliges (fst d) (snd d)) (duties r).

(* What the rule says, whatever its mode. What a waiver lifts says nothing. *)
Definition says (r : rule) : list signal :=
  if errored r then if fails r then [Fails (layer r)] else []
  else if is_permit r then if permitted r then Grants (layer r) (place r) :: obliging r else []
  else if violated r then if waived r then [] else Denies (layer r) :: bounding r
  else bounding r.

(* What of it counts. *)
Definition counts (r : rule) : list signal := if enforced r then says r else [].

(* Evidence is joined by union, and is a set: a semilattice, up to `same`. *)
Definition evidence (rules : list rule) : list signal := flat_map counts rules.

Definition is_denial (s : signal) : bool :=
  match s with
  | Denies _ | Fails _ => true
  | _ => false
  end.

(* Whether the rule denies, and whether it permits the place. *)
Definition denies (r : rule) : bool :=
  enforced r && (violated r && negb (waived r) || fails r).
Definition grants (r : rule) (p : nat) : bool := enforced r && permitted r && (place r =? p).

Lemma obliging_only r s : In s (obliging r) -> exists k c, s = Obliges k c.
Proof. unfold obliging. rewrite in_map_iff. intros (d & <- & _). eauto. Qed.

Lemma bounding_only r s : In s (bounding r) -> exists m b, s = Bounds m b.
Proof. unfold bounding. destruct (limit r) as [(m, b)|]; simpl; [|easy]. intros [<-|[]]. eauto. Qed.

(* The one place where the cases of `says` are gone through. *)
Lemma counts_denial r : denies r = true <-> exists s, In s (counts r) /\ is_denial s = true.
Proof.
  unfold denies, counts, says, violated, permitted, fails, errored, is_permit.
  split.
  - destruct (enforced r), (does r), (gives r), (waived r), (ignores r), (is_empty (duties r)); simpl;
      try discriminate; intros _; eexists; split; try (left; reflexivity); reflexivity.
  - intros (s & I & D).
    destruct (enforced r), (does r), (gives r), (waived r), (ignores r), (is_empty (duties r)); simpl in *;
      trivial; try easy;
      try (apply bounding_only in I as (? & ? & ->); discriminate);
      destruct I as [<-|I]; try discriminate;
      apply obliging_only in I as (? & ? & ->); discriminate.
Qed.

Lemma counts_grant r l p : In (Grants l p) (counts r) <-> layer r = l /\ grants r p = true.
Proof.
  unfold grants, counts, says, violated, permitted, fails, errored, is_permit.
  assert (not_bound : ~ In (Grants l p) (bounding r)).
  { intros I. apply bounding_only in I as (? & ? & ?). discriminate. }
  assert (not_duty : ~ In (Grants l p) (obliging r)).
  { intros I. apply obliging_only in I as (? & ? & ?). discriminate. }
  destruct (enforced r), (does r), (gives r), (waived r), (ignores r), (is_empty (duties r)); simpl;
    rewrite ?Nat.eqb_eq; intuition (try discriminate; try congruence).
Qed.
